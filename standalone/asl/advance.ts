import type { Json } from '#stepfunctions/language';

import { HistoryIsFull, MAXIMUM_EVENTS, end, fail, findThread, openExecution, record, runOf, stateOf, type Execution, type Step } from './execution.ts';
import { StateFailure, dataLimitFailure, type Failure } from './failure.ts';
import { MAXIMUM_DATA_BYTES, sizeBytesOf } from './json.ts';
import type { Machine } from './machine.ts';
import type { Advance, AdvanceContext, Signal } from './protocol.ts';
import type { Snapshot, Thread } from './snapshot.ts';
import { beginMap, beginParallel, join } from './states/branches.ts';
import { failState } from './states/failed.ts';
import { beginWait, runChoice, runFail, runPass, runSucceed } from './states/simple.ts';
import { failTask, scheduleTask, succeedTask } from './states/task.ts';
import { happen, nextDue } from './timers.ts';

/** The longest that Step Functions lets an execution run: a year. */
const MAXIMUM_EXECUTION_SECONDS = 31_536_000;

/**
 * Takes an execution one signal further: from one snapshot to the next, with what is to be done and what happened. It
 * keeps nothing and changes nothing but what it returns, so that a host which stores snapshot and effects in one
 * transaction loses nothing and does nothing twice: the same signal once more gives the same, or `gone`.
 *
 * Everything that can happen without waiting happens within the call, as does all that is due at `now`. Its work is
 * bounded: by the 25,000 events of an execution and by the time that all expressions of a call have together. Throws only
 * on bugs, such as a machine that is not the one the execution was started with.
 */
export function advance(machine: Machine, snapshot: Snapshot | undefined, signal: Signal, context: AdvanceContext): Advance {
  if ((snapshot === undefined) !== (signal.type === 'start')) return { outcome: 'gone' };
  const execution = openExecution(machine, snapshot ?? beginning(machine, signal, context), context);
  if (execution.snapshot.status !== 'RUNNING') return { outcome: 'gone' };
  try {
    if (!accept(execution, signal)) return { outcome: 'gone' };
    settle(execution);
  } catch (error) {
    if (!(error instanceof HistoryIsFull)) throw error;
    fail(execution, { error: 'States.Runtime', cause: `The execution reached the maximum number of history events (${MAXIMUM_EVENTS}).` });
  }
  const due = nextDue(execution.snapshot);
  const wake = due === undefined ? [] : [{ type: 'wake' as const, at: due.at }];
  return { outcome: 'applied', snapshot: execution.snapshot, effects: [...execution.effects, ...wake], history: execution.history };
}

function beginning(machine: Machine, signal: Signal, { now }: AdvanceContext): Snapshot {
  const seconds = Math.min(machine.TimeoutSeconds ?? MAXIMUM_EXECUTION_SECONDS, MAXIMUM_EXECUTION_SECONDS);
  const input: Json = signal.type === 'start' ? signal.input : null;
  const threads: Thread[] = [{ id: 0, variables: {} }];
  return { version: 1, status: 'RUNNING', input, startedAt: now, deadline: now + seconds * 1000, events: 0, tasks: 0, nextThread: 1, threads };
}

/** Does what a signal says; false when nothing waits for it. */
function accept(execution: Execution, signal: Signal): boolean {
  switch (signal.type) {
    case 'start':
      start(execution, signal.input);
      return true;
    case 'taskSucceeded':
      return forTask(execution, signal.taskId, (thread) => succeedTask(execution, thread, signal.output));
    case 'taskFailed': {
      const failure: Failure = { error: signal.error ?? null, cause: signal.cause ?? null, origin: 'task' };
      return forTask(execution, signal.taskId, (thread) => failTask(execution, thread, { failure, submitted: signal.notSubmitted !== true }));
    }
    case 'heartbeat':
      return forTask(execution, signal.taskId, (thread) => {
        const { activity } = runOf(thread);
        if (activity.kind !== 'task' || activity.heartbeatSeconds === undefined) return;
        activity.heartbeatAt = execution.context.now + activity.heartbeatSeconds * 1000;
      });
    case 'timer':
      return (nextDue(execution.snapshot)?.at ?? Infinity) <= execution.context.now;
    case 'stop': {
      const reason = { ...(signal.error === undefined ? {} : { error: signal.error }), ...(signal.cause === undefined ? {} : { cause: signal.cause }) };
      record(execution, { type: 'ExecutionAborted', ...reason });
      end(execution, { status: 'ABORTED', ...reason });
      return true;
    }
  }
}

function start(execution: Execution, input: Json): void {
  record(execution, { type: 'ExecutionStarted', input });
  if (sizeBytesOf(input) > MAXIMUM_DATA_BYTES) fail(execution, dataLimitFailure(execution.context.execution.name).failure);
  else execution.steps.push({ kind: 'enter', thread: 0, state: execution.machine.StartAt, input });
}

function forTask(execution: Execution, taskId: string, work: (thread: Thread) => void): boolean {
  const thread = execution.snapshot.threads.find(({ run }) => run?.activity.kind === 'task' && run.activity.taskId === taskId);
  if (thread === undefined) return false;
  attempt(execution, thread, () => work(thread));
  return true;
}

/** Works until nothing is left that can happen now. */
function settle(execution: Execution): void {
  for (;;) {
    const step = execution.steps.shift();
    if (step !== undefined) {
      take(execution, step);
      continue;
    }
    const due = nextDue(execution.snapshot);
    if (due === undefined || due.at > execution.context.now) return;
    attempt(execution, findThread(execution, due.thread), () => happen(execution, due));
  }
}

/** Takes a step, unless its thread was ended in the meantime. */
function take(execution: Execution, step: Step): void {
  const thread = findThread(execution, step.thread);
  if (thread === undefined) return;
  switch (step.kind) {
    case 'enter':
      enter(execution, thread, step);
      return;
    case 'attempt':
      attempt(execution, thread, () => perform(execution, thread));
      return;
    case 'joined':
      // The output of a branch whose siblings failed meanwhile has nowhere to go.
      if (thread.run?.activity.kind !== 'branches') return;
      attempt(execution, thread, () => join(execution, thread, step));
  }
}

function enter(execution: Execution, thread: Thread, { state, input }: { readonly state: string; readonly input: Json }): void {
  const run = { name: state, input, enteredAt: execution.context.now, enteredEventId: 0, retriesByRetrier: {}, retryCount: 0, activity: { kind: 'running' as const } };
  thread.run = run;
  run.enteredEventId = record(execution, { type: `${stateOf(execution, thread).Type}StateEntered`, state, input });
  attempt(execution, thread, () => perform(execution, thread));
}

function perform(execution: Execution, thread: Thread): void {
  const state = stateOf(execution, thread);
  switch (state.Type) {
    case 'Pass':
      return runPass(execution, thread, state);
    case 'Task':
      return scheduleTask(execution, thread, state);
    case 'Choice':
      return runChoice(execution, thread, state);
    case 'Wait':
      return beginWait(execution, thread, state);
    case 'Succeed':
      return runSucceed(execution, thread, state);
    case 'Fail':
      return runFail(execution, thread, state);
    case 'Parallel':
      return beginParallel(execution, thread, state);
    case 'Map':
      return beginMap(execution, thread, state);
  }
}

/** Does work for a thread; when it throws a failure, the thread's state fails with it. */
function attempt(execution: Execution, thread: Thread | undefined, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof StateFailure) || thread === undefined) throw error;
    failState(execution, thread, error);
  }
}
