import { happened } from '#domain/deployment/command';
import type { DeploymentCommand } from '#domain/deployment/command';
import type { DeploymentEvent, RollbackCause } from '#domain/deployment/events';
import { currentStep, isTerminal, touched } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';
import { restoreSteps } from '#domain/planning/restore';
import type { Decision } from '#domain/rejection';
import { accept, conflict } from '#domain/rejection';

type EndingCommand = Extract<DeploymentCommand, { type: 'BeginRollback' | 'Conclude' | 'FinishCleanup' }>;

/** What follows when a deployment goes back, ends, or has been cleaned up after. */
export function decideEnding(state: DeploymentState, command: EndingCommand): Decision<DeploymentEvent> {
  switch (command.type) {
    case 'BeginRollback': return beginRollback(state, command);
    case 'Conclude': return conclude(state, command.at);
    case 'FinishCleanup':
      return state.cleanupAt === null ? accept() : accept(happened('CleanupFinished', { outcome: command.outcome, reason: command.reason }, command.at));
  }
}

function beginRollback(state: DeploymentState, command: Extract<EndingCommand, { type: 'BeginRollback' }>): Decision<DeploymentEvent> {
  if (isTerminal(state) || state.rollback !== null) return accept();
  if (state.plan === null) return conflict('conflict', 'the deployment was not planned: there is nothing to go back from');
  const { cause, reason } = state.ending ?? unexplained(state, command.error);
  const steps = restoreSteps(state.plan, touched(state));
  return accept(happened('RollbackStarted', { cause, steps, reason }, command.at));
}

/** The machine went to its rollback branch by itself: a time-out is the progress deadline, anything else a failure of ours. */
function unexplained(state: DeploymentState, error: string | null): { readonly cause: RollbackCause; readonly reason: string } {
  const step = currentStep(state)?.step;
  const where = step === undefined ? '' : ` at ${step.title}`;
  if (error === 'States.Timeout') {
    const lengthSeconds = step !== undefined && 'timeoutSeconds' in step ? ` of ${step.timeoutSeconds} s` : '';
    return { cause: 'deadline', reason: `the progress deadline${lengthSeconds} was passed${where}` };
  }
  return { cause: 'failure', reason: `the execution failed${where}: ${error ?? 'it ended without a reason'}` };
}

function conclude(state: DeploymentState, at: string): Decision<DeploymentEvent> {
  if (isTerminal(state)) return accept();
  if (state.rollback !== null) {
    if (currentStep(state) !== undefined && state.abandoned === null) return conflict('conflict', 'the stable release is not restored yet');
    return accept(end(state, state.rollback, at));
  }
  if (state.ending !== null) return accept();
  if (currentStep(state) !== undefined || state.plan === null) return conflict('conflict', 'the deployment has steps left');
  const { cleanup } = state.plan;
  const cleanupAt = cleanup === null ? null : new Date(Date.parse(at) + cleanup.delaySeconds * 1000).toISOString();
  return accept(happened('DeploymentSucceeded', { reason: `all traffic is on ${state.request.release}`, cleanupAt }, at));
}

function end(state: DeploymentState, rollback: { readonly cause: RollbackCause; readonly reason: string }, at: string): DeploymentEvent {
  const unsettled = currentStep(state) !== undefined;
  if (state.abandoned !== null && unsettled) return happened('DeploymentFailed', { reason: state.abandoned }, at);
  const back = touched(state).targets.length > 0;
  const stable = state.plan?.targets.some((one) => one.stable !== null) ?? false;
  if (rollback.cause === 'aborted' || rollback.cause === 'superseded' || rollback.cause === 'denied') return happened('DeploymentAborted', { reason: rollback.reason }, at);
  if (back && stable) return happened('DeploymentRolledBack', { reason: rollback.reason }, at);
  return happened('DeploymentFailed', { reason: back ? `${rollback.reason}; there was no stable release to return to` : `${rollback.reason}; nothing was changed` }, at);
}
