import { readFileSync } from 'node:fs';

import * as z from 'zod';

import { machineTasks } from '#contracts/functions';
import { functionTable } from '#contracts/function-table';
import { PING_SECONDS } from '#contracts/stream';
import { schedules } from '#contracts/timers';

import { costOf, sum, times } from './operations.ts';
import type { Operations } from './operations.ts';

const counts = z.strictObject({
  calls: z.number(), writeUnits: z.number(), readUnits: z.number(), busEvents: z.number(), busBytes: z.number(), queueRequests: z.number(), objectWrites: z.number(), objectReads: z.number(), keyRequests: z.number(), socketMessages: z.number(), restRequests: z.number(),
});
const functionSeen = z.strictObject({ calls: z.number(), milliseconds: z.number(), ownBytes: z.number(), metrics: z.array(z.string()), counts: counts.optional() });
const seen = z.strictObject({ seconds: z.number(), functions: z.record(z.string(), functionSeen), clients: counts.optional() });

/** What a run has counted, and what the synthesized app has whether or not anything happens. */
export const countedShape = z.strictObject({
  countedAt: z.iso.date(),
  app: z.strictObject({ alarmMetrics: z.int(), dashboardMetrics: z.array(z.int()), secrets: z.int(), customerKeys: z.int(), streamMappings: z.int(), queuePollers: z.int(), archives: z.int(), tracedFunctions: z.int(), schedules: z.record(z.string(), z.int()) }),
  /** `idle` is without an agent and without traffic; `rest` with an agent that has nothing to do. */
  request: seen, idle: seen, rest: seen, canary: seen.extend({ transitions: z.int(), events: z.int() }),
});
export type Counted = z.infer<typeof countedShape>;
type FunctionSeen = z.infer<typeof functionSeen>;

/** The counts of the last run. */
export function recordedCounts(): Counted {
  return countedShape.parse(JSON.parse(readFileSync(new URL('../ledger-counts.json', import.meta.url), 'utf8')));
}

/**
 * What no emulator can tell. A call of a function takes 15 ms of its own and 8 ms for each call of AWS that it makes; its first one in a while 600 ms more, which AWS
 * bills since August 2025, and after a quiet hour every function that is used has one. Lambda adds 700 bytes to the log for each call (`platform.start`, `platform.report`), the gateway 350 for each request. Traces, where
 * they are asked for, are all taken, since they come less than once a second. The table's stream has four shards, as many as a new table on demand has partitions. No duration is one of the emulator's.
 */
export const assumed = { ownMilliseconds: 15, callMilliseconds: 8, coldMilliseconds: 600, platformLogBytes: 700, accessLogBytes: 350, storedGigabytes: 0.1, streamShards: 4 } as const;

/** A month as AWS counts it for what it bills by the hour. */
const HOURS_A_MONTH = 730;
const MINUTES_A_MONTH = HOURS_A_MONTH * 60;
const SECONDS_A_MONTH = HOURS_A_MONTH * 3600;

/** Lambda keeps five pollers on a queue, each waiting 20 s: three looks a minute. Source: "Using Lambda with Amazon SQS". */
const POLLERS = 5;
const LOOKS_A_MINUTE = 3;

/** Lambda looks at each shard of a stream four times a second for each mapping, whether or not there is anything; DynamoDB takes nothing for it. Source: Lambda's developer guide, "Using Lambda with Amazon DynamoDB". */
const STREAM_LOOKS_A_SECOND = 4;

/** The three dashboards that are free have at most so many metrics each. Source: CloudWatch's prices. */
const FREE_DASHBOARD_METRICS = 50;

/** What is called by who uses the API and by agents; all else is the control plane's own work. */
export const OUTSIDE: readonly string[] = ['api', 'authorizer', 'socket', 'socket-authorizer'];

/** A row of the table: what is paid for, and the most that it should cost at which price. */
export type LedgerRow = { readonly what: string; readonly operations: Operations; readonly target?: { readonly price: 'list' | 'afterFree'; readonly usd: number } };

/** Everything that the ledger tells, in the order of the table. */
export function ledgerRows(counted: Counted = recordedCounts()): readonly LedgerRow[] {
  /** Traces are taken where the app asks for them, which it does not by itself. */
  const taken = (operations: Operations): Operations => (counted.app.tracedFunctions > 0 ? operations : { ...operations, traces: 0 });
  return [
    { what: 'A canary of 5 steps in 10 minutes on a Kubernetes target', operations: taken(kubernetesCanary(counted)), target: { price: 'list', usd: 0.005 } },
    { what: 'The same on a target with an agent', operations: taken(agentCanary(counted)) },
    { what: 'A month without any deployment, AWS-owned keys', operations: taken(idleMonth(counted)), target: { price: 'afterFree', usd: 1 } },
    { what: 'A customer key, more a month', operations: { keyMonths: 1, keyRequests: KEY_REQUESTS_A_MONTH } },
    { what: 'An agent that waits for work, a month', operations: taken(waitingAgent(counted)) },
  ];
}

/** SQS asks for its data key again every five minutes for a queue that is polled (8760 times), and both tables every five minutes while they are used, as the sweep does. */
const KEY_REQUESTS_A_MONTH = 3 * (MINUTES_A_MONTH / 5);

/** All that happened from the request to the end, but the schedules: they run whether or not somebody deploys. */
export function agentCanary({ canary }: Counted): Operations {
  const functions = Object.entries(canary.functions).filter(([name]) => !isSchedule(name));
  return sum(
    ...functions.map(([name, one]) => functionUse(name, one)), coldStarts(functions.map(([name]) => name)), ofClients(canary.clients?.restRequests ?? 0),
    { stateTransitions: canary.transitions, socketMinutes: canary.seconds / 60, customMetricMonths: metricHours(functions.map(([, one]) => one)) },
  );
}

/**
 * The same without what an agent does. A Kubernetes target is reached from the functions: it sends no samples and no heartbeats, reads no commands, and has no WebSocket. What records an agent's
 * reports stands for the function that will change the cluster. Of the API only the request itself is left.
 */
export function kubernetesCanary({ canary, request }: Counted): Operations {
  const own = Object.entries(canary.functions).filter(([name]) => !isSchedule(name) && !OUTSIDE.includes(name) && name !== 'hand-to-agent');
  const asked = Object.entries(request.functions).filter(([name]) => name === 'api' || name === 'authorizer').map(([name, one]) => [name, perCall(one)] as const);
  return sum(
    ...[...own, ...asked].map(([name, one]) => functionUse(name, one)), coldStarts([...own, ...asked].map(([name]) => name)), ofClients(1),
    { stateTransitions: canary.transitions, customMetricMonths: metricHours(own.map(([, one]) => one)) },
  );
}

/** What is paid for though nothing happens: the schedules' calls, what polls, what watches, what is stored. */
export function idleMonth({ app, idle, rest, canary }: Counted): Operations {
  const scheduled = schedules.map(({ name }) => {
    // What runs once an hour or more seldom may not have run while nothing happened.
    const one = idle.functions[name] ?? rest.functions[name] ?? canary.functions[name];
    const runs = MINUTES_A_MONTH / (app.schedules[name] ?? 1);
    // A metric is billed for each hour in which it is written, by whatever runs in it.
    return one === undefined ? {} : sum(times(functionUse(name, perCall(one)), runs), { schedulerInvocations: runs, customMetricMonths: new Set(one.metrics).size * Math.min(1, runs / HOURS_A_MONTH) });
  });
  return sum(...scheduled, {
    alarmMetrics: app.alarmMetrics, dashboards: app.dashboardMetrics.filter((metrics) => metrics <= FREE_DASHBOARD_METRICS).length, largeDashboards: app.dashboardMetrics.filter((metrics) => metrics > FREE_DASHBOARD_METRICS).length, secretMonths: app.secrets, keyMonths: app.customerKeys,
    streamReads: app.streamMappings * assumed.streamShards * STREAM_LOOKS_A_SECOND * SECONDS_A_MONTH,
    queueRequests: app.queuePollers * POLLERS * LOOKS_A_MINUTE * MINUTES_A_MONTH, tableGigabyteMonths: assumed.storedGigabytes, recoveryGigabyteMonths: assumed.storedGigabytes,
  });
}

/**
 * What the ping costs that an agent sends on its WebSocket: a message each way, and one call of the function, which takes a token from the connection's and from the tenant's bucket, reads the key and the
 * subscriptions, and posts the answer. By the code, since the rest that is counted is shorter than the time between two pings.
 */
const PING: Operations = {
  socketMessages: 2, functionRequests: 1, functionGigabyteSeconds: ((assumed.ownMilliseconds + 5 * assumed.callMilliseconds) / 1000) * (functionTable.socket.memoryMebibytes / 1024),
  tableWriteUnits: 2, tableReadUnits: 2, logGigabytes: (assumed.platformLogBytes + assumed.accessLogBytes) / 1e9, traces: 1,
};

/** An agent's heartbeats and idle samples, as counted while it had nothing to do, for a month, and its pings. */
export function waitingAgent({ rest }: Counted): Operations {
  const functions = Object.entries(rest.functions).filter(([name]) => OUTSIDE.includes(name));
  const counted = sum(...functions.map(([name, one]) => functionUse(name, one)), ofClients(rest.clients?.restRequests ?? 0), { socketMinutes: rest.seconds / 60 });
  return sum(times(counted, SECONDS_A_MONTH / rest.seconds), times(PING, SECONDS_A_MONTH / PING_SECONDS));
}

function functionUse(name: string, { calls, ownBytes, counts: asked }: FunctionSeen): Operations {
  const memory = Object.entries(functionTable).find(([known]) => known === name)?.[1].memoryMebibytes ?? 512;
  const milliseconds = calls * assumed.ownMilliseconds + (asked?.calls ?? 0) * assumed.callMilliseconds;
  return {
    functionRequests: calls, functionGigabyteSeconds: (milliseconds / 1000) * (memory / 1024), logGigabytes: (ownBytes + calls * assumed.platformLogBytes) / 1e9, traces: isTask(name) ? 0 : calls,
    tableWriteUnits: asked?.writeUnits ?? 0, tableReadUnits: asked?.readUnits ?? 0, busEvents: asked?.busEvents ?? 0, archivedGigabytes: (asked?.busBytes ?? 0) / 1e9,
    // What is sent to the timers' queue is deleted after it was read; its reading is one of the pollers' looks.
    queueRequests: 2 * (asked?.queueRequests ?? 0), objectWrites: asked?.objectWrites ?? 0, objectReads: asked?.objectReads ?? 0, keyRequests: asked?.keyRequests ?? 0, socketMessages: asked?.socketMessages ?? 0,
  };
}

/** A request of the gateway; its log line is the gateway's. */
function ofClients(requests: number): Operations {
  return { restRequests: requests, logGigabytes: (requests * assumed.accessLogBytes) / 1e9 };
}

function coldStarts(names: readonly string[]): Operations {
  const gigabyteSeconds = names.map((name) => (assumed.coldMilliseconds / 1000) * ((Object.entries(functionTable).find(([known]) => known === name)?.[1].memoryMebibytes ?? 512) / 1024));
  return { functionGigabyteSeconds: gigabyteSeconds.reduce((total, one) => total + one, 0) };
}

/** A metric is billed for each hour in which it is written: here one. */
function metricHours(functions: readonly FunctionSeen[]): number {
  return new Set(functions.flatMap(({ metrics }) => metrics)).size / HOURS_A_MONTH;
}

function perCall({ calls, milliseconds, ownBytes, metrics, counts: asked }: FunctionSeen): FunctionSeen {
  const share = calls === 0 ? 0 : 1 / calls;
  const shared = asked === undefined ? undefined : counts.parse(Object.fromEntries(Object.entries(asked).map(([name, amount]) => [name, amount * share])));
  return { calls: 1, milliseconds: milliseconds * share, ownBytes: ownBytes * share, metrics, ...(shared === undefined ? {} : { counts: shared }) };
}

function isSchedule(name: string): boolean {
  return schedules.some((one) => one.name === name);
}

/** A state machine's task belongs to the trace of its execution. */
function isTask(name: string): boolean {
  return Object.hasOwn(machineTasks, name);
}

/** What a row costs, and whether it is within its target. */
export function judged({ what, operations, target }: LedgerRow) {
  const cost = costOf(operations);
  return { what, ...cost, ...(target === undefined ? {} : { target, isWithin: cost[target.price] <= target.usd }) };
}
