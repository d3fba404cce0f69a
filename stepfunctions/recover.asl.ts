import { LONGEST_EXECUTION_SECONDS, remember, rollBackAndConclude } from '#stepfunctions/fragments';
import type { StateMachine } from '#stepfunctions/language';

/**
 * Recover: the rollback branch alone. The sweep starts it for every deployment whose execution ended without a terminal event, so that
 * a rollback is always possible and always the same way, whatever failed.
 */
export const recover: StateMachine = {
  Comment: 'Recover: takes a deployment whose execution was lost back to its stable release.',
  QueryLanguage: 'JSONata',
  StartAt: 'Remember',
  TimeoutSeconds: LONGEST_EXECUTION_SECONDS,
  States: { Remember: remember('Begin rollback'), ...rollBackAndConclude() },
};
