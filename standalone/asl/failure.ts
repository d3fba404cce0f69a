import type { JsonObject } from '#stepfunctions/language';

/**
 * Why a state failed. `error` is null when a worker failed without a name. `origin` decides what can catch it: a
 * heartbeat's end also answers to States.HeartbeatTimeout, and a failed `evaluation` is still to be recorded as such.
 */
export type Failure = {
  readonly error: string | null;
  readonly cause: string | null;
  readonly origin: 'task' | 'timeout' | 'heartbeat' | 'evaluation' | 'state';
};

/** Thrown by the work of a state to make it fail. `location` is where in the state an evaluation failed. */
export class StateFailure extends Error {
  readonly failure: Failure;
  readonly location: string | undefined;

  constructor(failure: Failure, location?: string) {
    super(failure.cause ?? failure.error ?? 'a state failed');
    this.failure = failure;
    this.location = location;
  }
}

/** What a Catch sees of a failure. A time-out has an empty cause there, and none elsewhere. */
export function errorOutputOf(failure: Failure): JsonObject {
  const timedOut = failure.origin === 'timeout' || failure.origin === 'heartbeat';
  return { Error: failure.error, Cause: timedOut ? '' : failure.cause };
}

/** An expression, or a value computed by one, that a field cannot take. */
export function evaluationFailure(cause: string, location?: string): StateFailure {
  return new StateFailure({ error: 'States.QueryEvaluationError', cause, origin: 'evaluation' }, location);
}

/** A result of a state or task above the quota. */
export function dataLimitFailure(subject: string): StateFailure {
  const cause = `The state/task '${subject}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  return new StateFailure({ error: 'States.DataLimitExceeded', cause, origin: 'state' });
}

/**
 * Tells whether a Retry or Catch that names `errorEquals` answers to a failure. States.ALL takes everything but
 * States.Runtime; it does take States.DataLimitExceeded, other than the documentation says (recorded). States.TaskFailed
 * takes everything but time-outs. Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function answersTo(errorEquals: readonly string[], failure: Failure): boolean {
  return errorEquals.some((name) => {
    switch (name) {
      case 'States.ALL':
        return failure.error !== 'States.Runtime';
      case 'States.TaskFailed':
        return failure.error === name || (failure.error !== 'States.Timeout' && failure.error !== 'States.Runtime');
      case 'States.HeartbeatTimeout':
        return failure.origin === 'heartbeat' || failure.error === name;
      default:
        return failure.error === name;
    }
  });
}
