import type { BusConsumer, GatewayConsumer } from '#contracts/bus-rules';
import { CALL_SECONDS } from '#contracts/functions';
import type { MachineTask } from '#contracts/functions';
import type { ScheduleName } from '#contracts/timers';

/** What a function may do, and nothing else; the app makes each a grant on the one resource that it names. */
export const grants = [
  'events:read', 'events:append', 'events:find', 'state:read', 'state:write', 'blobs:read', 'blobs:write', 'bus:put', 'machines:start', 'machines:describe', 'machines:answer',
  'timers:set', 'connections:send', 'connections:close', 'master-key:read', 'first-keys:make',
  'usage-keys:manage',
] as const;
export type Grant = (typeof grants)[number];

/** A function on AWS: what it is for, what it may do, and its bounds. Its file is `functions/NAME.ts`. */
export type FunctionDescription = {
  readonly description: string; readonly memoryMebibytes: number; readonly timeoutSeconds: number; readonly may: readonly Grant[];
  /** How many calls of it there are at once, where the account lets concurrency be reserved (setting `apiConcurrency`); as many as there are without. */
  readonly atOnce?: number;
};

/** What a use case on a deployment may do: fold and append its stream, with plans that are too large for an event in the blobs. */
const DEPLOYMENT = ['events:read', 'events:append', 'state:read', 'state:write', 'blobs:read', 'blobs:write'] as const;

/** What follows when a deployment goes on: timers, answers to its machine, and the machine of the next one. */
const GOING_ON = [...DEPLOYMENT, 'timers:set', 'machines:start', 'machines:describe', 'machines:answer'] as const;

/** A function that a machine calls fails 5 s before the machine gives it up. */
const CALL = { memoryMebibytes: 512, timeoutSeconds: CALL_SECONDS - 5 } as const;

const task = (description: string, may: readonly Grant[]): FunctionDescription => ({ description, ...CALL, may });

/** Every function on AWS. Tasks, consumers and schedules are those of their own tables. */
export const functionTable = {
  api: {
    description: 'answers the HTTP API', memoryMebibytes: 1024, timeoutSeconds: 29,
    may: [...GOING_ON, 'bus:put', 'connections:send', 'connections:close', 'master-key:read'],
  },
  authorizer: { description: 'lets known keys in, before any other function', memoryMebibytes: 512, timeoutSeconds: 10, may: ['state:read', 'state:write'] },
  socket: { description: 'opens WebSockets and takes their messages', memoryMebibytes: 512, timeoutSeconds: 29, may: ['events:read', 'state:read', 'state:write', 'connections:send', 'connections:close', 'master-key:read'] },
  'socket-authorizer': { description: 'lets known keys and unused tickets open WebSockets', memoryMebibytes: 512, timeoutSeconds: 10, may: ['events:read', 'state:read', 'state:write', 'master-key:read'] },
  relay: { description: 'carries events from the table to the bus', memoryMebibytes: 512, timeoutSeconds: 60, may: ['events:read', 'state:read', 'state:write', 'bus:put'] },
  projector: { description: 'brings events into the read models and the feeds, and to those who follow them', memoryMebibytes: 512, timeoutSeconds: 60, may: [...DEPLOYMENT, 'connections:send', 'master-key:read'] },
  timer: { description: 'fires timers', ...CALL, may: GOING_ON },
  sweep: { description: 'compares what should be with what is, repairs or reports', memoryMebibytes: 512, timeoutSeconds: 300, atOnce: 1, may: [...GOING_ON, 'events:find', 'bus:put', 'connections:send', 'connections:close', 'master-key:read'] },
  expire: { description: 'removes commands that nobody waits for', memoryMebibytes: 512, timeoutSeconds: 300, atOnce: 1, may: ['events:read', 'state:read', 'state:write'] },
  'first-keys': { description: 'makes the master key and the first operator key when the stack is made', memoryMebibytes: 512, timeoutSeconds: 60, may: ['events:read', 'events:append', 'state:read', 'state:write', 'master-key:read', 'first-keys:make'] },
  'start-execution': task('plans a requested deployment and starts its machine', GOING_ON),
  'resume-machine': task('gives back tokens whose wait is over', GOING_ON),
  'hand-to-agent': task('puts commands where agents read them', [...DEPLOYMENT, 'connections:send']),
  'record-report': task('records a target\'s report', DEPLOYMENT),
  'advance-queue': task('frees leases and plans the next deployment', GOING_ON),
  'throttle-tenant': { description: 'gives tenants throttles of their own at the gateway', memoryMebibytes: 512, timeoutSeconds: 55, may: ['state:read', 'state:write', 'usage-keys:manage'] },
  'validate-deployment': task('runs all checks before', [...DEPLOYMENT, 'connections:send']),
  'next-step': task('tells a machine what comes next', GOING_ON),
  'enter-gate': task('holds at a gate', GOING_ON),
  'dispatch-step': task('dispatches a step', GOING_ON),
  'start-wait': task('starts a bake, a pause, an analysis or an approval', GOING_ON),
  'begin-rollback': task('decides what must be restored', GOING_ON),
  'conclude-deployment': task('writes the terminal event', [...GOING_ON, 'connections:send']),
} as const satisfies { readonly [Name in MachineTask | BusConsumer | GatewayConsumer | ScheduleName | 'api' | 'authorizer' | 'socket' | 'socket-authorizer' | 'relay' | 'projector' | 'timer' | 'first-keys']: FunctionDescription };

export type FunctionName = keyof typeof functionTable;

/** The functions that stand apart from a control plane, in the stack of whom it serves; what they may do is the matter of their construct. */
export const tenantFunctions = {
  'tenant-resource': { description: 'registers a tenant with a control plane and keeps its admin key in a secret', memoryMebibytes: 512, timeoutSeconds: 120 },
} as const satisfies { readonly [name: string]: Omit<FunctionDescription, 'may'> };

export type TenantFunctionName = keyof typeof tenantFunctions;

/** Every function that is bundled. */
export const bundledFunctions: readonly string[] = [...Object.keys(functionTable), ...Object.keys(tenantFunctions)];
