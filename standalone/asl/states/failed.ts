import { fail, findThread, record, runOf, scopeOf, stateOf, whileExecuting, type Execution } from '../execution.ts';
import { StateFailure, answersTo, errorOutputOf, type Failure } from '../failure.ts';
import type { Catcher, Retrier, State } from '../machine.ts';
import type { Thread } from '../snapshot.ts';
import { abortThread } from './abort.ts';
import { leave, shape } from './leave.ts';

/** The longest delay of a retry that is counted: a year, after which the execution itself is over. */
const MAXIMUM_DELAY_SECONDS = 31_536_000;

/**
 * Lets a state fail: it is tried again when a retrier answers that has attempts left, else left by a catcher that answers,
 * else its thread fails, and with it the state around that thread. The first retrier that answers decides: when it is used
 * up, no other is asked.
 */
export function failState(execution: Execution, thread: Thread, thrown: StateFailure): void {
  const failure = explain(execution, thread, thrown);
  const state = stateOf(execution, thread);
  if (retry(execution, thread, { state, failure })) return;
  const uncaught = catchFailure(execution, thread, { state, failure });
  if (uncaught !== undefined) failThread(execution, thread, uncaught);
}

/** Says in a failure of an evaluation which state it was in, and records it. */
function explain(execution: Execution, thread: Thread, { failure, location }: StateFailure): Failure {
  if (failure.origin !== 'evaluation') return failure;
  const run = runOf(thread);
  const cause = whileExecuting(run, failure.cause ?? '');
  record(execution, { type: 'EvaluationFailed', state: run.name, error: failure.error, cause, ...(location === undefined ? {} : { location }) });
  return { ...failure, cause };
}

type Failed = { readonly state: State; readonly failure: Failure };

function retry(execution: Execution, thread: Thread, { state, failure }: Failed): boolean {
  const retriers: readonly Retrier[] = 'Retry' in state ? (state.Retry ?? []) : [];
  const index = retriers.findIndex(({ ErrorEquals }) => answersTo(ErrorEquals, failure));
  const retrier = retriers[index];
  if (retrier === undefined) return false;
  const run = runOf(thread);
  const used = run.retriesByRetrier[index] ?? 0;
  if (used >= (retrier.MaxAttempts ?? 3)) return false;
  run.retriesByRetrier[index] = used + 1;
  abortBranches(execution, thread);
  run.activity = { kind: 'retrying', until: execution.context.now + delayMillis(retrier, used, execution.context.random) };
  return true;
}

/** IntervalSeconds × BackoffRate^(retries so far), at most MaxDelaySeconds, or with full jitter anything between zero and that. */
function delayMillis(retrier: Retrier, used: number, random: () => number): number {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = MAXIMUM_DELAY_SECONDS } = retrier;
  // No interval times an endless factor would be no number.
  const seconds = IntervalSeconds === 0 ? 0 : Math.min(IntervalSeconds * BackoffRate ** used, MaxDelaySeconds);
  return Math.floor(seconds * 1000 * (retrier.JitterStrategy === 'FULL' ? random() : 1));
}

/** Gives the failure back that is not caught: the given one, or that of the catcher itself, which nothing catches. */
function catchFailure(execution: Execution, thread: Thread, { state, failure }: Failed): Failure | undefined {
  abortBranches(execution, thread);
  recordFailed(execution, thread, state);
  const catchers: readonly Catcher[] = 'Catch' in state ? (state.Catch ?? []) : [];
  const index = catchers.findIndex(({ ErrorEquals }) => answersTo(ErrorEquals, failure));
  const catcher = catchers[index];
  if (catcher === undefined) return failure;
  const errorOutput = errorOutputOf(failure);
  try {
    const shaped = shape(catcher, scopeOf(execution, thread, { states: { errorOutput } }), { fallback: errorOutput, place: `Catch[${index}]/` });
    leave(execution, thread, { ...shaped, next: catcher.Next });
    return undefined;
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const second = explain(execution, thread, error);
    recordFailed(execution, thread, state);
    return second;
  }
}

/** A Parallel or a Map that fails for good is recorded as such; for other states their own events tell. */
function recordFailed(execution: Execution, thread: Thread, state: State): void {
  if (state.Type === 'Parallel' || state.Type === 'Map') record(execution, { type: `${state.Type}StateFailed`, state: runOf(thread).name });
}

function abortBranches(execution: Execution, thread: Thread): void {
  for (const child of execution.snapshot.threads.filter(({ parent }) => parent?.thread === thread.id)) abortThread(execution, child);
  runOf(thread).activity = { kind: 'running' };
}

/** Ends a thread with a failure, which becomes that of the state around it, or of the execution. */
function failThread(execution: Execution, thread: Thread, failure: Failure): void {
  const parent = thread.parent === undefined ? undefined : findThread(execution, thread.parent.thread);
  if (thread.parent === undefined || parent === undefined) {
    fail(execution, failure);
    return;
  }
  const state = runOf(thread).name;
  if (stateOf(execution, thread).Type === 'Task') record(execution, { type: 'TaskStateAborted', state });
  if (stateOf(execution, parent).Type === 'Map') record(execution, { type: 'MapIterationFailed', state: runOf(parent).name, index: thread.parent.index });
  execution.snapshot.threads = execution.snapshot.threads.filter(({ id }) => id !== thread.id);
  // It was explained where it happened: outside, it is an error of the state's own.
  failState(execution, parent, new StateFailure({ ...failure, origin: failure.origin === 'evaluation' ? 'state' : failure.origin }));
}
