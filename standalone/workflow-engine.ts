import * as z from 'zod';

import type { Context } from '#application/context';
import type { TaskHandlers } from '#application/handlers';
import { machineTasks } from '#contracts/functions';
import type { MachineTask } from '#contracts/functions';
import { performTask } from '#engine/perform-task';
import type { Clock } from '#ports/clock';

import type { Random, Sleeper } from './clock.ts';
import type { Database } from './database.ts';
import { DueWork, reasonOf } from './due-work.ts';
import type { DueSource, Trouble } from './due-work.ts';
import { MAXIMUM_ATTEMPTS } from './retries.ts';
import type { Signal } from './signal.ts';
import type { TaskRow, WakeRow } from './transactions/workflow.ts';
import type { SqliteWorkflow } from './workflow.ts';

/** What the engine is made of. `contextOf` gives a use case its context. */
export type WorkflowEngineOptions = {
  readonly database: Database; readonly workflow: SqliteWorkflow; readonly tasks: TaskHandlers; readonly changed: Signal;
  readonly clock: Clock; readonly sleeper: Sleeper; readonly random: Random; readonly onTrouble: Trouble;
  contextOf(tenant: string): Context;
};

/** Calls at a time: a use case waits for the database most of the time. */
const CONCURRENT_TASKS = 32;
const CONCURRENT_WAKES = 8;

/** A call of a machine may take 60 s (its TimeoutSeconds); what is still at it after two minutes hangs. */
const TASK_TIMEOUT_SECONDS = 120;

/** Makes the calls of state machines and wakes executions whose time has come: at least once each, whenever the process stops. */
export class WorkflowEngine {
  readonly #tasks: DueWork<TaskRow>;
  readonly #wakes: DueWork<WakeRow>;

  constructor(options: WorkflowEngineOptions) {
    const { clock, sleeper, random, onTrouble, changed } = options;
    const shared = { clock, sleeper, random, onTrouble, wake: changed, attemptTimeoutSeconds: TASK_TIMEOUT_SECONDS, maximumAttempts: MAXIMUM_ATTEMPTS };
    this.#tasks = new DueWork({ ...shared, name: 'calls of machines', source: taskSource(options), concurrency: CONCURRENT_TASKS });
    this.#wakes = new DueWork({ ...shared, name: 'wakes of machines', source: wakeSource(options), concurrency: CONCURRENT_WAKES });
  }

  start(): void {
    this.#tasks.start();
    this.#wakes.start();
  }

  /** Begins no more calls; waits for those that run, at most 10 s. */
  async stop(): Promise<void> {
    await Promise.all([this.#tasks.stop(), this.#wakes.stop()]);
  }

  get isIdle(): boolean {
    return this.#tasks.isIdle && this.#wakes.isIdle;
  }
}

function taskSource({ database, workflow, tasks, contextOf, clock, onTrouble }: WorkflowEngineOptions): DueSource<TaskRow> {
  return {
    due: (query) => database.run('dueTasks', query),
    nextDueAt: (after) => database.run('nextTask', { after }),
    async perform(task) {
      const about = { tenant: task.tenant, name: task.execution };
      try {
        const result = await call(tasks, contextOf(task.tenant), JSON.parse(task.arguments));
        if (!task.callback) await workflow.signal(about, { type: 'taskSucceeded', taskId: task.task, output: { StatusCode: 200, Payload: result } });
      } catch (error) {
        // A failed call is the machine's to retry, with its own arithmetic; as on AWS the machine sees only that it failed.
        onTrouble(`calling ${task.task}`, error);
        await workflow.signal(about, { type: 'taskFailed', taskId: task.task, error: 'Lambda.Unknown', cause: reasonOf(error) });
      }
    },
    succeeded: ({ id }) => database.run('removeTask', { id }),
    failed: ({ id }, attempt) => database.run('postponeTask', { id, attempts: attempt.attempts, dueAt: attempt.retryAt ?? clock.now() + LONG_PAUSE_MILLISECONDS, reason: attempt.reason }),
  };
}

/** A call whose end could not be stored again and again is not given up: without it the execution would hang until its time-out. */
const LONG_PAUSE_MILLISECONDS = 60_000;

const invocation = z.object({ FunctionName: z.string(), Payload: z.unknown() });

/** Calls the use case that the machine names, with its input parsed. */
async function call(tasks: TaskHandlers, context: Context, given: unknown) {
  const { FunctionName, Payload } = invocation.parse(given);
  const task = FunctionName.slice('${'.length, -'}'.length).replaceAll('_', '-');
  if (!isTask(task)) throw new Error(`there is no function ${FunctionName}`);
  return await performTask(tasks, context, { task, input: Payload });
}

function isTask(name: string): name is MachineTask {
  return name in machineTasks;
}

function wakeSource({ database, workflow, clock, changed }: WorkflowEngineOptions): DueSource<WakeRow> {
  return {
    due: (query) => database.run('dueWakes', query),
    nextDueAt: (after) => database.run('nextWake', { after }),
    async perform({ tenant, name }) {
      await workflow.signal({ tenant, name }, { type: 'timer' });
    },
    async succeeded() {
      // The advance that the timer caused has stored the next wake, or none; it may be due already.
      changed.notify();
    },
    failed: ({ id }, attempt) => database.run('clearWake', { id, wakeAt: attempt.retryAt ?? clock.now() + LONG_PAUSE_MILLISECONDS }),
  };
}
