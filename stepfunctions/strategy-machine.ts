import { LONGEST_EXECUTION_SECONDS, remember, rollBackAndConclude, validate, walk } from '#stepfunctions/fragments';
import type { StepState } from '#stepfunctions/fragments';
import type { StateMachine } from '#stepfunctions/language';

/** Puts a strategy's steps between the checks before and the way back. */
export function strategyMachine(comment: string, steps: readonly StepState[]): StateMachine {
  return {
    Comment: comment,
    QueryLanguage: 'JSONata',
    StartAt: 'Remember',
    TimeoutSeconds: LONGEST_EXECUTION_SECONDS,
    States: { Remember: remember('Validate'), ...validate(), ...walk(steps), ...rollBackAndConclude() },
  };
}

/** Kinds of step that every strategy has. */
export const everyStrategy = {
  verify: { kind: 'verify', name: 'Verify', comment: 'Asks the targets whether what runs is healthy.', does: 'quiet change' },
  workers: { kind: 'workers', name: 'Replace workers', comment: 'Workers follow once all traffic is on the new release.', does: 'change' },
  retire: { kind: 'retire', name: 'Retire the old release', comment: 'The old side is drained and stopped.', does: 'quiet change' },
  approve: { kind: 'approve', name: 'Await approval', comment: 'People decide; no answer in time is a denial.', does: 'wait' },
} as const satisfies { readonly [name: string]: StepState };
