import { happened } from '#domain/deployment/command';
import type { DeploymentCommand } from '#domain/deployment/command';
import type { DeploymentEvent, RollbackCause } from '#domain/deployment/events';
import { changesTraffic } from '#domain/deployment/plan';
import { BACKGROUND, currentStep, isTerminal, stepOf } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';
import type { Decision } from '#domain/rejection';
import { accept } from '#domain/rejection';

type EvidenceCommand = Extract<DeploymentCommand, { type: 'RecordVerdict' | 'LoseHealth' | 'HoldForFreeze' | 'EndFreeze' }>;

/** What follows from a verdict, from lost health, and from freezes. */
export function decideEvidence(state: DeploymentState, command: EvidenceCommand): Decision<DeploymentEvent> {
  if (isTerminal(state) || state.rollback !== null || state.ending !== null) return accept();
  switch (command.type) {
    case 'RecordVerdict': return recordVerdict(state, command);
    case 'LoseHealth': return loseHealth(state, command);
    case 'HoldForFreeze': {
      const next = currentStep(state);
      if (next === undefined || next.status !== 'pending' || !changesTraffic(next.step)) return accept();
      // One freeze may follow upon another; a hold of any other kind stays what it is.
      if (state.paused !== null && (state.paused.by !== 'freeze' || state.paused.until === command.until)) return accept();
      const reason = `held by the freeze ${command.freeze} until ${command.until}`;
      return accept(happened('DeploymentPaused', { by: 'freeze', actor: null, until: command.until, reason }, command.at));
    }
    case 'EndFreeze':
      if (state.paused?.by !== 'freeze') return accept();
      return accept(happened('DeploymentResumed', { by: 'freeze', actor: null, reason: 'the freeze is over' }, command.at));
  }
}

/**
 * A verdict ends an analysis step when it is Successful or Failed; Inconclusive and Error pause, unless the template says otherwise.
 * Behind the steps only Failed counts as an end; Inconclusive and Error pause there too. A verdict of an older run changes nothing.
 */
function recordVerdict(state: DeploymentState, command: Extract<EvidenceCommand, { type: 'RecordVerdict' }>): Decision<DeploymentEvent> {
  const { step, run, verdict, reason, at } = command;
  if (!isOpen(state, step, run)) return accept();
  const reached = happened('VerdictReached', { step, run, verdict, reason }, at);
  if (verdict === 'Successful') return accept(reached, ...(step === null ? [] : [happened('StepSucceeded', { step, reason }, at)]));
  const goesBack = verdict === 'Failed' ? state.plan?.rollbackTriggers.verdict !== false : command.onInconclusive === 'rollBack';
  if (goesBack) return accept(reached, failure(state, step, { cause: 'verdict', reason, at }));
  return accept(reached, ...hold(state, `${verdict}: ${reason}`.slice(0, 2000), at));
}

/** Holds for a person, unless a person holds it already. The end of a freeze would be no answer, so a freeze's hold gives way. */
function hold(state: DeploymentState, reason: string, at: string): readonly DeploymentEvent[] {
  if (state.paused !== null && state.paused.by !== 'freeze') return [];
  return [happened('DeploymentPaused', { by: 'analysis', actor: null, until: null, reason }, at)];
}

function isOpen(state: DeploymentState, step: string | null, run: number): boolean {
  if (state.runs[step ?? BACKGROUND] !== run) return false;
  if (state.verdicts.some((one) => one.step === step && one.run === run)) return false;
  return step === null ? state.plan?.background !== null : stepOf(state, step)?.status === 'running';
}

/** Lost health rolls back, or, where that trigger is off, holds for a person; once for each component on a target, so that they can go on. */
function loseHealth(state: DeploymentState, command: Extract<EvidenceCommand, { type: 'LoseHealth' }>): Decision<DeploymentEvent> {
  const { target, component, at } = command;
  const reason = `${component} lost its health on ${target}: ${command.reason}`.slice(0, 2000);
  const lost = happened('HealthLost', { target, component, reason }, at);
  // Until the new side has once been brought up there, its target's own report says whether it starts; an older failure of the same release is none.
  const wasUp = state.steps.some((one) => one.status === 'succeeded' && 'replicas' in one.step && one.step.targets.includes(target) && (one.step.replicas[component]?.new ?? 0) > 0);
  if (state.plan === null || !wasUp) return accept();
  if (state.plan.rollbackTriggers.health) return accept(lost, failure(state, null, { cause: 'health', reason, at }));
  if (state.healthLost.some((one) => one.target === target && one.component === component)) return accept();
  return accept(lost, ...hold(state, reason, at));
}

/** The failure of the step that was judged, or of the one that runs or comes next. */
function failure(state: DeploymentState, step: string | null, why: { readonly cause: RollbackCause; readonly reason: string; readonly at: string }): DeploymentEvent {
  const failed = step ?? currentStep(state)?.step.id ?? 'conclude';
  return happened('StepFailed', { step: failed, cause: why.cause, reason: why.reason }, why.at);
}
