import type { DeploymentCommand } from '#domain/deployment/command';
import { happened } from '#domain/deployment/command';
import { decideEnding } from '#domain/deployment/decide-ending';
import { decideEvidence } from '#domain/deployment/decide-evidence';
import { decidePeople } from '#domain/deployment/decide-people';
import { decideSteps } from '#domain/deployment/decide-steps';
import type { DeploymentEvent } from '#domain/deployment/events';
import { isTerminal } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';
import type { Decision } from '#domain/rejection';
import { accept, conflict } from '#domain/rejection';

/**
 * Says what follows when something is asked of a deployment: events, nothing (it was done before), or a rejection with its reason.
 * Pure; the same state and command give the same events. Rejections: `conflict` when the state forbids, `rule-broken` when a rule does.
 */
export function decide(state: DeploymentState | undefined, command: DeploymentCommand): Decision<DeploymentEvent> {
  if (command.type === 'Request') {
    return state === undefined ? accept(happened('DeploymentRequested', command.request, command.at)) : accept();
  }
  if (state === undefined) return conflict('conflict', 'there is no such deployment');
  switch (command.type) {
    case 'Queue': {
      const reason = `queued behind ${command.behind.join(', ')}`;
      return state.name !== 'Requested' || state.reason === reason ? accept() : accept(happened('DeploymentQueued', { behind: [...command.behind], reason }, command.at));
    }
    case 'RecordPlan':
      if (isTerminal(state) || state.plan !== null || state.ending !== null) return accept();
      return accept(happened('DeploymentPlanned', { plan: command.stored ?? command.plan, environmentVersion: command.environmentVersion, reason: command.reason }, command.at));
    case 'RecordValidation': case 'Advance': case 'Dispatch': case 'StartWait': case 'Report': case 'EndWait':
      return decideSteps(state, command);
    case 'RecordVerdict': case 'LoseHealth': case 'HoldForFreeze': case 'EndFreeze':
      return decideEvidence(state, command);
    case 'Pause': case 'Resume': case 'Promote': case 'Approve': case 'Deny': case 'Abort': case 'Abandon':
      return decidePeople(state, command);
    case 'BeginRollback': case 'Conclude': case 'FinishCleanup':
      return decideEnding(state, command);
  }
}
