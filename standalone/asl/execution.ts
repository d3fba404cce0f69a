import type { Json, JsonObject } from '#stepfunctions/language';

import type { Scope } from './evaluate.ts';
import type { Machine, State, States } from './machine.ts';
import type { AdvanceContext, Effect, Ending, HistoryEvent } from './protocol.ts';
import type { Snapshot, StateRun, Thread } from './snapshot.ts';

/** Step Functions ends an execution with event number 25,000, whatever it is doing. */
export const MAXIMUM_EVENTS = 25_000;

/** All expressions of one signal together: ten of the longest. It bounds how long a signal can hold up the process. */
const EVALUATION_MILLIS = 20_000;

/** What is to be done next within the work on one signal, in the order of a queue. */
export type Step =
  | { readonly kind: 'enter'; readonly thread: number; readonly state: string; readonly input: Json }
  | { readonly kind: 'attempt'; readonly thread: number }
  | { readonly kind: 'joined'; readonly thread: number; readonly index: number; readonly output: Json };

/** The work on one signal: a snapshot that may be changed, and what has come of it so far. */
export type Execution = {
  readonly machine: Machine;
  readonly snapshot: Snapshot;
  readonly context: AdvanceContext;
  readonly steps: Step[];
  readonly effects: Effect[];
  readonly history: HistoryEvent[];
  readonly startedWorkAt: number;
};

/** Thrown when the history is full, to leave whatever was going on. */
export class HistoryIsFull extends Error {}

/** Begins work on a copy of a snapshot, so that the caller's stays as it is. */
export function openExecution(machine: Machine, snapshot: Snapshot, context: AdvanceContext): Execution {
  return { machine, snapshot: structuredClone(snapshot), context, steps: [], effects: [], history: [], startedWorkAt: performance.now() };
}

/** Adds an event to the history and gives its number. The last number is kept for the failure of a history that is full. */
export function record(execution: Execution, event: Omit<HistoryEvent, 'id' | 'timestamp'>): number {
  const { snapshot, context, history } = execution;
  if (snapshot.events >= MAXIMUM_EVENTS - 1 && !event.type.startsWith('Execution')) throw new HistoryIsFull();
  snapshot.events += 1;
  history.push({ id: snapshot.events, timestamp: context.now, ...event });
  return snapshot.events;
}

/** Ends the execution: no thread, no timer and no task is left. */
export function end(execution: Execution, ending: Ending): void {
  const { snapshot, effects, steps } = execution;
  for (const { run } of snapshot.threads) {
    if (run?.activity.kind === 'task') effects.push({ type: 'abandon', taskId: run.activity.taskId });
  }
  steps.length = 0;
  snapshot.threads = [];
  snapshot.status = ending.status;
  effects.push({ type: 'ended', ending });
}

/** Ends the execution with a failure. */
export function fail(execution: Execution, failure: { readonly error: string | null; readonly cause: string | null }): void {
  const reported = {
    ...(failure.error === null ? {} : { error: failure.error }),
    ...(failure.cause === null ? {} : { cause: failure.cause }),
  };
  record(execution, { type: 'ExecutionFailed', ...reported });
  end(execution, { status: 'FAILED', ...reported });
}

/** A thread by its number; undefined when it is gone. */
export function findThread(execution: Execution, id: number): Thread | undefined {
  return execution.snapshot.threads.find((thread) => thread.id === id);
}

/** The thread and the run of its state; a thread without a state in the middle of work is a bug. */
export function runOf(thread: Thread): StateRun {
  if (thread.run === undefined) throw new Error(`thread ${thread.id} is in no state`);
  return thread.run;
}

/** AWS's words before a cause that the interpreter itself gives. */
export function whileExecuting(run: StateRun, cause: string): string {
  return `An error occurred while executing the state '${run.name}' (entered at the event id #${run.enteredEventId}). ${cause}`;
}

/** The states among which a thread moves. */
export function statesOfThread(execution: Execution, thread: Thread): States {
  if (thread.parent === undefined) return execution.machine.States;
  const parent = findThread(execution, thread.parent.thread);
  if (parent === undefined) throw new Error(`thread ${thread.id} has lost its parent`);
  const state = stateOf(execution, parent);
  const block = state.Type === 'Parallel' ? state.Branches[thread.parent.index] : state.Type === 'Map' ? state.ItemProcessor : undefined;
  if (block === undefined) throw new Error(`thread ${thread.id} has no states in ${runOf(parent).name}`);
  return block.States;
}

/** The definition of the state that a thread is in. */
export function stateOf(execution: Execution, thread: Thread): State {
  const { name } = runOf(thread);
  const state = statesOfThread(execution, thread)[name];
  if (state === undefined) throw new Error(`the machine has no state ${name} any more`);
  return state;
}

/** What only some fields see: fields of `$states`, and of the context object within it. */
export type Extras = { readonly states?: JsonObject; readonly context?: JsonObject };

/** What the expressions of a thread's state see. */
export function scopeOf(execution: Execution, thread: Thread, extras: Extras = {}): Scope {
  const run = runOf(thread);
  return {
    now: execution.context.now,
    random: execution.context.random,
    availableMillis: execution.startedWorkAt + EVALUATION_MILLIS - performance.now(),
    states: { input: run.input, context: { ...contextObject(execution, thread), ...extras.context }, ...extras.states },
    variables: visibleVariables(execution, thread),
  };
}

/** The context object. Only states that can be tried again have a RetryCount (recorded). */
function contextObject(execution: Execution, thread: Thread): JsonObject {
  const { id, name, roleArn, stateMachine } = execution.context.execution;
  const { snapshot } = execution;
  const run = runOf(thread);
  const retries = ['Task', 'Parallel', 'Map'].includes(stateOf(execution, thread).Type) ? { RetryCount: run.retryCount } : {};
  const item = visibleItem(execution, thread);
  return {
    Execution: { Id: id, Input: snapshot.input, StartTime: new Date(snapshot.startedAt).toISOString(), Name: name, RoleArn: roleArn, RedriveCount: 0 },
    StateMachine: { Id: stateMachine.id, Name: stateMachine.name },
    State: { Name: run.name, EnteredTime: new Date(run.enteredAt).toISOString(), ...retries },
    ...(item === undefined ? {} : { Map: { Item: item } }),
  };
}

function visibleItem(execution: Execution, thread: Thread): Json | undefined {
  return linesUp(execution, thread).find(({ item }) => item !== undefined)?.item;
}

function visibleVariables(execution: Execution, thread: Thread): JsonObject {
  return Object.assign({}, ...linesUp(execution, thread).toReversed().map(({ variables }) => variables));
}

/** A thread and those around it, the innermost first. */
function linesUp(execution: Execution, thread: Thread): readonly Thread[] {
  const lines: Thread[] = [];
  let next: Thread | undefined = thread;
  while (next !== undefined) {
    lines.push(next);
    next = next.parent === undefined ? undefined : findThread(execution, next.parent.thread);
  }
  return lines;
}
