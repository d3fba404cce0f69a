import { evaluateInteger, evaluateText, evaluateTyped } from '../evaluate.ts';
import { runOf, scopeOf, whileExecuting, type Execution } from '../execution.ts';
import { StateFailure, evaluationFailure } from '../failure.ts';
import { MAXIMUM_SECONDS, type ChoiceState, type FailState, type PassState, type SucceedState, type WaitState } from '../machine.ts';
import type { Thread } from '../snapshot.ts';
import { parseTimestamp } from '../timestamps.ts';
import { leave, shape } from './leave.ts';

/** Passes its input on, or what it makes of it. */
export function runPass(execution: Execution, thread: Thread, state: PassState): void {
  const shaped = shape(state, scopeOf(execution, thread), { fallback: runOf(thread).input });
  leave(execution, thread, { ...shaped, next: state.Next });
}

/** The good end of a thread. */
export function runSucceed(execution: Execution, thread: Thread, state: SucceedState): void {
  const shaped = shape(state, scopeOf(execution, thread), { fallback: runOf(thread).input });
  leave(execution, thread, { ...shaped, next: undefined });
}

/** The bad end: always throws. Its error and cause are null where the state says none. */
export function runFail(execution: Execution, thread: Thread, state: FailState): never {
  const scope = scopeOf(execution, thread);
  const error = state.Error === undefined ? null : evaluateText(state.Error, 'Error', scope);
  const cause = state.Cause === undefined ? null : evaluateText(state.Cause, 'Cause', scope);
  throw new StateFailure({ error, cause, origin: 'state' });
}

/** Goes where the first rule leads whose condition holds, with that rule's own Output and Assign; else to Default, with the state's. */
export function runChoice(execution: Execution, thread: Thread, state: ChoiceState): void {
  const run = runOf(thread);
  const scope = scopeOf(execution, thread);
  const index = state.Choices.findIndex(({ Condition }, position) => evaluateTyped(Condition, { location: `Choices[${position}]/Condition`, type: 'boolean' }, scope) === true);
  const rule = state.Choices[index];
  if (rule !== undefined) {
    const shaped = shape(rule, scope, { fallback: run.input, place: `Choices[${index}]/` });
    leave(execution, thread, { ...shaped, next: rule.Next });
    return;
  }
  if (state.Default === undefined) {
    // The specification names this States.NoChoiceMatched; the service answers States.Runtime with this cause, and the service is the reference.
    const cause = whileExecuting(run, 'Failed to transition out of the state. The state does not point to a next state.');
    throw new StateFailure({ error: 'States.Runtime', cause, origin: 'state' });
  }
  leave(execution, thread, { ...shape(state, scope, { fallback: run.input }), next: state.Default });
}

/** Begins to wait. A time that is past ends the wait within the same signal. */
export function beginWait(execution: Execution, thread: Thread, state: WaitState): void {
  runOf(thread).activity = { kind: 'waiting', until: endOfWait(execution, thread, state) };
}

/** Ends a wait that is over. */
export function endWait(execution: Execution, thread: Thread, state: WaitState): void {
  runPass(execution, thread, { ...state, Type: 'Pass' });
}

function endOfWait(execution: Execution, thread: Thread, state: WaitState): number {
  const scope = scopeOf(execution, thread);
  if (state.Timestamp === undefined) {
    const seconds = evaluateInteger(state.Seconds ?? 0, { location: 'Seconds', minimum: 0, maximum: MAXIMUM_SECONDS }, scope);
    return execution.context.now + seconds * 1000;
  }
  const text = evaluateText(state.Timestamp, 'Timestamp', scope);
  const until = parseTimestamp(text);
  if (until !== undefined) return until;
  throw evaluationFailure(`The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`, 'Timestamp');
}
