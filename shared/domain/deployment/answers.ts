import type { PlanStep } from '#domain/deployment/plan';
import { isDispatched } from '#domain/deployment/plan';
import { currentStep, isTerminal, stepOf } from '#domain/deployment/state';
import type { DeploymentState, StepProgress } from '#domain/deployment/state';

/** How a machine's wait ended. `hold`: something came between; go through the gate again. `retry`: a rollback's step is to be repeated. */
export type Answer = { readonly outcome: 'continue' | 'hold' | 'rollBack' | 'retry' | 'conclude'; readonly reason: string };

/** The longest a wait for people may take, in seconds: just under the year that a Standard execution may last. */
export const LONGEST_WAIT_SECONDS = 31_000_000;

/** Time that a machine waits beyond a wait's own end, so that the timer (checked each second, retried up to a minute) comes first. */
export const WAIT_MARGIN_SECONDS = 300;

/** The name of the wait at the gate before a step. */
export function gateOf(step: string): string {
  return `gate:${step}`;
}

/**
 * The answer to a parked wait, or `undefined` while it goes on. Everything that can end a wait is in the state, so the question
 * can be asked at any time and any number of times.
 */
export function answerTo(state: DeploymentState, wait: string): Answer | undefined {
  if (isTerminal(state)) return { outcome: 'conclude', reason: state.reason };
  const gate = wait.startsWith('gate:');
  const progress = stepOf(state, gate ? wait.slice('gate:'.length) : wait);
  if (progress === undefined) return { outcome: 'rollBack', reason: `there is no step ${wait}` };
  if (progress.phase === 'rollback') return answerToRollback(state, progress);
  if (state.rollback !== null) return { outcome: 'rollBack', reason: state.rollback.reason };
  if (state.ending !== null) return { outcome: 'rollBack', reason: state.ending.reason };
  if (gate) return state.paused === null ? { outcome: 'continue', reason: 'nothing holds it' } : undefined;
  return answerToStep(state, progress);
}

function answerToStep(state: DeploymentState, progress: StepProgress): Answer | undefined {
  switch (progress.status) {
    case 'succeeded': case 'skipped': return { outcome: 'continue', reason: progress.reason };
    case 'failed': return { outcome: 'rollBack', reason: progress.reason };
    case 'running': return undefined;
    // It was not started, because something came between; whatever that was, it may be over by now.
    case 'pending': return { outcome: 'hold', reason: state.paused?.reason ?? `${progress.step.title}: not started yet` };
  }
}

function answerToRollback(state: DeploymentState, progress: StepProgress): Answer | undefined {
  if (progress.status === 'succeeded') return { outcome: 'continue', reason: progress.reason };
  if (state.abandoned !== null) return { outcome: 'conclude', reason: state.abandoned };
  return progress.status === 'failed' ? { outcome: 'retry', reason: progress.reason } : undefined;
}

/** What a machine does next. */
export type Next = { readonly kind: Exclude<PlanStep['kind'], 'cleanup'> | 'rollBack' | 'conclude'; readonly step: string; readonly timeoutSeconds: number; readonly reason: string };

/** The machine's next step: the present one of the plan, `rollBack` when it must go back, `conclude` when nothing is left. */
export function nextOf(state: DeploymentState): Next {
  const none = (kind: 'rollBack' | 'conclude', reason: string): Next => ({ kind, step: '', timeoutSeconds: 1, reason });
  if (isTerminal(state)) return none('conclude', state.reason);
  if (state.rollback === null && state.ending !== null) return none('rollBack', state.ending.reason);
  if (state.rollback !== null && state.abandoned !== null) return none('conclude', state.abandoned);
  const current = currentStep(state);
  if (current === undefined || current.step.kind === 'cleanup') return none('conclude', 'no step is left');
  return { kind: current.step.kind, step: current.step.id, timeoutSeconds: timeoutOf(state, current.step), reason: current.step.title };
}

/** How long a machine waits for a step, in seconds; also how long its commands are good for. */
export function timeoutOf(state: DeploymentState, step: PlanStep): number {
  if (isDispatched(step)) return state.plan?.rollbackTriggers.deadline === false && state.rollback === null ? LONGEST_WAIT_SECONDS : Math.max(1, step.timeoutSeconds);
  if (step.kind === 'bake') return step.durationSeconds + WAIT_MARGIN_SECONDS;
  return LONGEST_WAIT_SECONDS;
}
