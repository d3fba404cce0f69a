import { createHash } from 'node:crypto';

import { Failure } from '#contracts/errors';
import type { MachineName } from '#contracts/functions';
import type { Clock } from '#ports/clock';
import type { ParkedToken, WaitKey, Workflow } from '#ports/workflow';
import type { Json, StateMachine } from '#stepfunctions/language';

import { advance } from './asl/advance.ts';
import { readJson } from './asl/json.ts';
import type { Machine } from './asl/machine.ts';
import { parseMachine } from './asl/parse-machine.ts';
import type { Advance, AdvanceContext, Effect, Signal as MachineSignal } from './asl/protocol.ts';
import { parseSnapshot } from './asl/snapshot.ts';
import type { Snapshot } from './asl/snapshot.ts';
import type { Random } from './clock.ts';
import type { Database } from './database.ts';
import type { Signal } from './signal.ts';
import type { ExecutionChange } from './transactions/workflow.ts';

/** What the workflow is made of; `changed` is given when calls or wakes were stored. */
export type WorkflowOptions = { readonly database: Database; readonly machines: { readonly [Name in MachineName]: StateMachine }; readonly clock: Clock; readonly random: Random; readonly changed: Signal };

/** A machine's JSON text, and the SHA-256 of it, by which executions name it. */
type Definition = { readonly digest: string; readonly definition: string };

/** Somebody else changed the execution between reading and storing: in one process only two calls at the same moment, so a few rounds are plenty. */
const MAXIMUM_ROUNDS = 20;

/** Machines by the digests of their definitions. One is parsed once in a process; it is one of ours, or one of ours of an earlier version, so they are few. */
const parsedMachines = new Map<string, Machine>();

/**
 * Runs state machines by the interpreter, with everything in the database: each signal reads a snapshot, advances it and stores snapshot,
 * calls and wake in one transaction. What is stored is done later by `WorkflowEngine`, at least once.
 */
export class SqliteWorkflow implements Workflow {
  readonly #options: WorkflowOptions;
  /** Our own machines as they are stored. */
  readonly #definitions = new Map<MachineName, Definition>();

  constructor(options: WorkflowOptions) {
    this.#options = options;
  }

  async start(execution: Parameters<Workflow['start']>[0]): Promise<{ readonly started: boolean }> {
    const { tenant, name, machine, input } = execution;
    const { digest, definition } = this.#definitionOf(machine);
    const about = { tenant, name, machine };
    const begun = advance(this.#parsedOnce(digest, definition), undefined, { type: 'start', input: { ...input } }, this.#context(about));
    if (begun.outcome === 'gone') throw new Error(`the machine ${machine} did not start`);
    const started = await this.#options.database.run('startExecution', { ...this.#changeOf(about, begun, []), machine, digest, definition });
    if (started) this.#options.changed.notify(tenant);
    return { started };
  }

  async succeed(token: string, output: unknown): Promise<'accepted' | 'gone'> {
    const task = taskOf(token);
    return task === undefined ? 'gone' : await this.signal(task, { type: 'taskSucceeded', taskId: task.taskId, output: jsonOf(output) });
  }

  async fail(token: string, failure: { readonly error: string; readonly cause: string }): Promise<'accepted' | 'gone'> {
    const task = taskOf(token);
    return task === undefined ? 'gone' : await this.signal(task, { type: 'taskFailed', taskId: task.taskId, ...failure });
  }

  async describe(tenant: string, name: string): ReturnType<Workflow['describe']> {
    const row = await this.#options.database.run('readExecution', { tenant, name });
    return row === undefined ? undefined : { status: parseSnapshot(JSON.parse(row.snapshot)).status };
  }

  async park(wait: WaitKey, token: string): Promise<void> {
    await this.#options.database.run('parkToken', { ...wait, token, at: new Date(this.#options.clock.now()).toISOString() });
  }

  async parked(tenant: string, deployment: string): Promise<readonly ParkedToken[]> {
    const rows = await this.#options.database.run('parkedTokens', { tenant, deployment });
    return rows.map((row) => ({ tenant, deployment, ...row }));
  }

  async unpark(wait: WaitKey, token: string): Promise<void> {
    await this.#options.database.run('unparkToken', { tenant: wait.tenant, deployment: wait.deployment, wait: wait.wait, token });
  }

  /** Takes an execution one signal further. `gone` when nothing waits for it. */
  async signal(about: { readonly tenant: string; readonly name: string }, signal: MachineSignal): Promise<'accepted' | 'gone'> {
    const { database, changed } = this.#options;
    for (let round = 0; round < MAXIMUM_ROUNDS; round += 1) {
      const row = await database.run('readExecution', { tenant: about.tenant, name: about.name });
      if (row === undefined) return 'gone';
      const execution = { tenant: about.tenant, name: about.name, machine: row.machine };
      const result = advance(await this.#machineOf(row.digest), parseSnapshot(JSON.parse(row.snapshot)), signal, this.#context(execution));
      if (result.outcome === 'gone') return 'gone';
      const finished = 'taskId' in signal && signal.type !== 'heartbeat' ? [signal.taskId] : [];
      if (await database.run('changeExecution', { ...this.#changeOf(execution, result, finished), revision: row.revision })) {
        changed.notify(about.tenant);
        return 'accepted';
      }
    }
    throw new Failure('version-conflict', `the execution ${about.name} was changed ${MAXIMUM_ROUNDS} times while one signal was given`);
  }

  #changeOf(about: { readonly tenant: string; readonly name: string }, result: Extract<Advance, { outcome: 'applied' }>, finished: readonly string[]): ExecutionChange {
    const of = <Type extends Effect['type']>(type: Type) => result.effects.filter((effect): effect is Extract<Effect, { type: Type }> => effect.type === type);
    const ending = of('ended')[0]?.ending;
    return {
      tenant: about.tenant, name: about.name, status: result.snapshot.status, snapshot: JSON.stringify(result.snapshot satisfies Snapshot), now: this.#options.clock.now(),
      wakeAt: of('wake')[0]?.at ?? null, ending: ending === undefined ? null : JSON.stringify(ending),
      tasks: of('schedule').map((task) => ({ task: task.taskId, arguments: JSON.stringify(task.arguments), callback: task.callback })),
      finished: [...finished, ...of('abandon').map((task) => task.taskId)],
    };
  }

  #definitionOf(name: MachineName): Definition {
    const known = this.#definitions.get(name);
    if (known !== undefined) return known;
    const definition = JSON.stringify(this.#options.machines[name]);
    const made = { digest: createHash('sha256').update(definition).digest('hex'), definition };
    this.#definitions.set(name, made);
    return made;
  }

  async #machineOf(digest: string): Promise<Machine> {
    const known = parsedMachines.get(digest);
    if (known !== undefined) return known;
    const definition = await this.#options.database.run('readDefinition', { digest });
    if (definition === undefined) throw new Error(`the machine ${digest} is not stored`);
    return this.#parsedOnce(digest, definition);
  }

  #parsedOnce(digest: string, definition: string): Machine {
    const known = parsedMachines.get(digest);
    if (known !== undefined) return known;
    const parsed = parseMachine(JSON.parse(definition));
    if (parsed.machine === undefined) throw new Error(`a stored machine is not valid: ${JSON.stringify(parsed.diagnostics)}`);
    parsedMachines.set(digest, parsed.machine);
    return parsed.machine;
  }

  #context(about: { readonly tenant: string; readonly name: string; readonly machine: string }): AdvanceContext {
    const id = `${about.tenant}/${about.name}`;
    return {
      now: this.#options.clock.now(), random: this.#options.random,
      execution: { id, name: about.name, roleArn: 'arn:aws:iam::000000000000:role/sluice', stateMachine: { id: about.machine, name: about.machine } },
      taskToken: (taskId) => tokenOf({ ...about, taskId }),
    };
  }
}

type TaskPlace = { readonly tenant: string; readonly name: string; readonly taskId: string };

/** A token names its task. It never leaves this process and its file, so it needs no signature. */
function tokenOf({ tenant, name, taskId }: TaskPlace): string {
  return Buffer.from(JSON.stringify([tenant, name, taskId])).toString('base64url');
}

function taskOf(token: string): TaskPlace | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (!Array.isArray(parsed)) return undefined;
    const [tenant, name, taskId] = parsed;
    return typeof tenant === 'string' && typeof name === 'string' && typeof taskId === 'string' ? { tenant, name, taskId } : undefined;
  } catch {
    // Whatever is no token of ours is a token that nobody waits for.
    return undefined;
  }
}

/** What a task gives must be JSON; what JSON cannot hold is dropped as `JSON.stringify` does. */
function jsonOf(value: unknown): Json {
  const read = readJson(JSON.parse(JSON.stringify(value ?? null)));
  if (read.fault !== undefined) throw new Error(`a task gave what no machine can take: it ${read.fault}`);
  return read.json;
}
