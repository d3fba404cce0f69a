import type { Json } from '#stepfunctions/language';

import { evaluateField, evaluateInteger, type Scope } from '../evaluate.ts';
import { record, runOf, scopeOf, stateOf, type Execution } from '../execution.ts';
import { StateFailure, dataLimitFailure, type Failure } from '../failure.ts';
import { MAXIMUM_DATA_BYTES, sizeBytesOf } from '../json.ts';
import { MAXIMUM_SECONDS, type TaskState } from '../machine.ts';
import { isWaitForCallback, isWaitForJob, subjectOf, taskFamilyOf } from '../resources.ts';
import type { TaskActivity, Thread } from '../snapshot.ts';
import { leave, shape } from './leave.ts';

/** Schedules a task: the first attempt, or one after a failure. Each attempt is a task of its own with an id of its own. */
export function scheduleTask(execution: Execution, thread: Thread, state: TaskState): void {
  const { snapshot, context, effects } = execution;
  const run = runOf(thread);
  snapshot.tasks += 1;
  const taskId = `${context.execution.id}:${snapshot.tasks}`;
  const callback = isWaitForCallback(state.Resource);
  const scope = scopeOf(execution, thread, callback ? { context: { Task: { Token: context.taskToken(taskId) } } } : {});
  const argument = state.Arguments === undefined ? run.input : evaluateField(state.Arguments, 'Arguments', scope);
  if (sizeBytesOf(argument) > MAXIMUM_DATA_BYTES) throw dataLimitFailure(run.name);
  const timeoutSeconds = secondsOf(state.TimeoutSeconds, 'TimeoutSeconds', scope);
  const heartbeatSeconds = secondsOf(state.HeartbeatSeconds, 'HeartbeatSeconds', scope);

  const family = taskFamilyOf(state.Resource);
  const given = { ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }), ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds }) };
  record(execution, { type: `${family}Scheduled`, state: run.name, resource: state.Resource, arguments: argument, ...given });
  record(execution, { type: `${family}Started`, state: run.name, resource: state.Resource });

  // AWS's own time-out for a task that has none is the greatest number of seconds it takes.
  const timeoutAt = context.now + (timeoutSeconds ?? MAXIMUM_SECONDS) * 1000;
  const heartbeat = heartbeatSeconds === undefined ? {} : { heartbeatAt: context.now + heartbeatSeconds * 1000 };
  run.activity = { kind: 'task', taskId, resource: state.Resource, timeoutAt, ...heartbeat, ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds }) };
  effects.push({ type: 'schedule', taskId, state: run.name, resource: state.Resource, arguments: argument, callback, timeoutAt, ...heartbeat });
}

/** Ends a task well. A result that is too large is a failure of the task. */
export function succeedTask(execution: Execution, thread: Thread, result: Json): void {
  const activity = closeTask(execution, thread);
  const state = taskStateOf(execution, thread);
  if (sizeBytesOf(result) > MAXIMUM_DATA_BYTES) {
    const { failure } = dataLimitFailure(subjectOf(activity.resource));
    recordOutcome(execution, thread, { activity, failure, word: 'Failed' });
    throw new StateFailure(failure);
  }
  recordOutcome(execution, thread, { activity, word: 'Succeeded' });
  leave(execution, thread, { ...shape(state, scopeOf(execution, thread, { states: { result } }), { fallback: result }), next: state.Next });
}

/** Ends a task badly: always throws. A task that never began was not submitted. */
export function failTask(execution: Execution, thread: Thread, { failure, submitted }: { readonly failure: Failure; readonly submitted: boolean }): never {
  const activity = closeTask(execution, thread);
  recordOutcome(execution, thread, { activity, failure, word: 'Failed', submitted });
  throw new StateFailure(failure);
}

/** Ends a task whose time, or whose time between two heartbeats, is over: always throws. AWS calls both States.Timeout. */
export function timeOutTask(execution: Execution, thread: Thread, origin: 'timeout' | 'heartbeat'): never {
  const activity = closeTask(execution, thread);
  const failure: Failure = { error: 'States.Timeout', cause: null, origin };
  recordOutcome(execution, thread, { activity, failure, word: 'TimedOut' });
  execution.effects.push({ type: 'abandon', taskId: activity.taskId });
  throw new StateFailure(failure);
}

function secondsOf(template: number | string | undefined, location: string, scope: Scope): number | undefined {
  return template === undefined ? undefined : evaluateInteger(template, { location, minimum: 1, maximum: MAXIMUM_SECONDS }, scope);
}

function closeTask(execution: Execution, thread: Thread): TaskActivity {
  const run = runOf(thread);
  if (run.activity.kind !== 'task') throw new Error(`the state ${run.name} has no open task`);
  const activity = run.activity;
  run.activity = { kind: 'running' };
  return activity;
}

function taskStateOf(execution: Execution, thread: Thread): TaskState {
  const state = stateOf(execution, thread);
  if (state.Type !== 'Task') throw new Error(`${runOf(thread).name} is no Task`);
  return state;
}

type Outcome = { readonly activity: TaskActivity; readonly word: 'Succeeded' | 'Failed' | 'TimedOut'; readonly failure?: Failure; readonly submitted?: boolean };

/** A task that outlasts its call was submitted in between, which is recorded when its end is known: the host need not tell of it. */
function recordOutcome(execution: Execution, thread: Thread, { activity, word, failure, submitted = true }: Outcome): void {
  const state = runOf(thread).name;
  const { resource } = activity;
  if (submitted && (isWaitForCallback(resource) || isWaitForJob(resource))) record(execution, { type: 'TaskSubmitted', state, resource });
  const reported = failure === undefined ? {} : { error: failure.error, ...(failure.cause === null ? {} : { cause: failure.cause }) };
  record(execution, { type: `${taskFamilyOf(resource)}${word}`, state, resource, ...reported });
}
