import { happened } from '#domain/deployment/command';
import type { DeploymentCommand } from '#domain/deployment/command';
import type { Check, DeploymentEvent, DispatchedCommand } from '#domain/deployment/events';
import { changesTraffic, isDispatched } from '#domain/deployment/plan';
import type { DispatchedStep, Plan, PlanStep } from '#domain/deployment/plan';
import { recordedChecks } from '#domain/deployment/recorded-checks';
import { currentStep, isTerminal, stepOf } from '#domain/deployment/state';
import type { DeploymentState, StepProgress } from '#domain/deployment/state';
import type { Decision } from '#domain/rejection';
import { accept, conflict } from '#domain/rejection';

type StepCommand = Extract<DeploymentCommand, { type: 'RecordValidation' | 'Advance' | 'Dispatch' | 'StartWait' | 'Report' | 'EndWait' }>;

/** What follows when the machine goes on or a target reports. */
export function decideSteps(state: DeploymentState, command: StepCommand): Decision<DeploymentEvent> {
  switch (command.type) {
    case 'RecordValidation': return recordValidation(state, command);
    case 'Advance': return advance(state, command.at);
    case 'Dispatch': return dispatch(state, command.step, command.at);
    case 'StartWait': return startWait(state, command.step, command.at);
    case 'Report': return report(state, command);
    case 'EndWait': return endWait(state, command.step, command.at);
  }
}

function recordValidation(state: DeploymentState, command: Extract<StepCommand, { type: 'RecordValidation' }>): Decision<DeploymentEvent> {
  if (isTerminal(state) || state.checks.some((one) => one.phase === command.phase) || (command.phase === 'before' && state.validated)) return accept();
  const failed = command.checks.filter((one) => one.outcome === 'failed');
  const reason = failed.length === 0
    ? noneFailed(command.checks, command.phase)
    : failed.map((one) => `${one.check}: ${one.reason}`).join('; ').slice(0, 2000);
  return accept(happened('ValidationFinished', { phase: command.phase, checks: recordedChecks(command.checks), passed: failed.length === 0, reason }, command.at));
}

/** Says what passed, and apart from it what was not looked at. */
function noneFailed(checks: readonly Check[], phase: 'before' | 'after'): string {
  const skipped = checks.filter((one) => one.outcome === 'skipped').length;
  if (skipped === 0) return `all ${checks.length} checks ${phase} passed`;
  return `of ${checks.length} checks ${phase}, ${checks.length - skipped} passed and ${skipped} ${skipped === 1 ? 'was' : 'were'} skipped`;
}

/**
 * Before the machine is told its next step: what a full promotion skips is skipped, and a rollback's step whose wait ended without
 * an answer counts as failed, so that it is dispatched again.
 */
function advance(state: DeploymentState, at: string): Decision<DeploymentEvent> {
  const current = currentStep(state);
  if (current === undefined || isTerminal(state)) return accept();
  if (state.rollback !== null && current.status === 'running') {
    return accept(happened('RollbackStepFailed', { step: current.step.id, attempt: current.attempt, reason: 'no report came within its time' }, at));
  }
  if (state.full && state.rollback === null && state.ending === null && current.status === 'pending' && isSkippable(current.step)) {
    return accept(skippedFully(current.step.id, at));
  }
  return accept();
}

function skippedFully(step: string, at: string): DeploymentEvent {
  return happened('StepSkipped', { step, by: { id: 'sluice', name: 'sluice' }, reason: 'skipped by a full promotion' }, at);
}

/** Whether a promotion may end this step: pauses, bakes and analyses, never an approval. */
export function isSkippable(step: PlanStep): boolean {
  return step.kind === 'pause' || step.kind === 'bake' || step.kind === 'analyse';
}

function dispatch(state: DeploymentState, id: string, at: string): Decision<DeploymentEvent> {
  const progress = stepOf(state, id);
  const { plan } = state;
  if (progress === undefined || plan === null || !isDispatched(progress.step)) return conflict('conflict', `there is no step ${id} to dispatch`);
  if (!mayStart(state, progress, at)) return accept();
  const attempt = progress.attempt + 1;
  const commands = commandsOf(state.id, plan, progress.step, attempt);
  const providers = [...new Set(commands.map((one) => one.provider))];
  const generationOffset = progress.phase === 'rollback' ? 1 : 0;
  const dispatched = happened('StepDispatched', { step: id, attempt, generationOffset, commands, providers, reason: attempt === 1 ? progress.step.title : `${progress.step.title}, attempt ${attempt}` }, at);
  if (commands.length > 0) return accept(dispatched);
  return accept(dispatched, happened('StepSucceeded', { step: id, reason: 'nothing to do' }, at));
}

/** A step is dispatched in its turn and once, but for one of a rollback that failed; the clean-up once its delay is over. */
function mayStart(state: DeploymentState, progress: StepProgress, at: string): boolean {
  if (progress.phase === 'cleanup') return progress.status === 'pending' && state.cleanupAt !== null && Date.parse(at) >= Date.parse(state.cleanupAt);
  if (isTerminal(state) || state.abandoned !== null || progress !== currentStep(state) || progress.status === 'running') return false;
  return progress.phase === 'rollback' || (state.ending === null && !(state.paused !== null && changesTraffic(progress.step)));
}

/** The commands of a step: one per target and component. A repeated step's commands have ids of their own. */
export function commandsOf(deployment: string, plan: Plan, step: DispatchedStep, attempt: number): DispatchedCommand[] {
  const components = 'replicas' in step ? Object.keys(step.replicas) : step.components;
  const name = attempt === 1 ? step.id : `${step.id}~${attempt}`;
  return step.targets.flatMap((target) => {
    const provider = plan.targets.find((one) => one.name === target)?.provider;
    return provider === undefined ? [] : components.map((component) => ({ id: `${deployment}/${name}/${target}/${component}`, target, component, provider }));
  });
}

function startWait(state: DeploymentState, id: string, at: string): Decision<DeploymentEvent> {
  const progress = stepOf(state, id);
  if (progress === undefined || isDispatched(progress.step)) return conflict('conflict', `there is no step ${id} to wait in`);
  if (isTerminal(state) || state.rollback !== null || state.ending !== null || progress !== currentStep(state) || progress.status !== 'pending') return accept();
  if (state.full && isSkippable(progress.step)) return accept(skippedFully(id, at));
  const lengthSeconds = waitSeconds(progress.step);
  const until = lengthSeconds === null ? null : new Date(Date.parse(at) + lengthSeconds * 1000).toISOString();
  return accept(happened('WaitStarted', { step: id, until, reason: progress.step.title }, at));
}

/** How long a waiting step lasts at the most; `null` when only a person ends it. */
export function waitSeconds(step: PlanStep): number | null {
  switch (step.kind) {
    case 'bake': return step.durationSeconds;
    case 'pause': return step.durationSeconds ?? null;
    case 'approve': return step.approval.timeoutSeconds;
    case 'analyse': return step.horizonSeconds;
    default: return 0;
  }
}

function report(state: DeploymentState, command: Extract<StepCommand, { type: 'Report' }>): Decision<DeploymentEvent> {
  const progress = state.steps.find((one) => one.commands.some((known) => known.id === command.command));
  const known = progress?.commands.find((one) => one.id === command.command);
  if (progress === undefined || known === undefined || known.status !== 'running' || progress.status !== 'running') return accept();
  const reported = happened('CommandReported', { command: command.command, outcome: command.outcome, reason: command.reason }, command.at);
  const commands = progress.commands.map((one) => (one.id === known.id ? { ...one, status: command.outcome, reason: command.reason } : one));
  return accept(reported, ...stepEnd(progress, commands, command.at));
}

function stepEnd(progress: StepProgress, commands: StepProgress['commands'], at: string): readonly DeploymentEvent[] {
  const step = progress.step.id;
  const failed = commands.find((one) => one.status === 'failed');
  if (failed !== undefined) {
    const reason = `${progress.step.title} failed on ${failed.target} (${failed.component}): ${failed.reason}`.slice(0, 2000);
    if (progress.phase === 'rollback') return [happened('RollbackStepFailed', { step, attempt: progress.attempt, reason }, at)];
    // Nobody waits for a clean-up: what one target could not do does not keep the others from telling what they did.
    if (progress.phase === 'cleanup') return commands.some((one) => one.status === 'running') ? [] : [happened('CleanupFinished', { outcome: 'failed', reason }, at)];
    return [happened('StepFailed', { step, cause: progress.step.kind === 'verify' ? 'health' : 'failure', reason }, at)];
  }
  if (commands.some((one) => one.status === 'running')) return [];
  const done = happened('StepSucceeded', { step, reason: `${progress.step.title}: done` }, at);
  return progress.phase === 'cleanup' ? [done, happened('CleanupFinished', { outcome: 'done', reason: 'the old side is stopped' }, at)] : [done];
}

/** Whether the clock was set back since a wait began: its end, as it was told then, may be hours away, and whoever measured its time otherwise is right. */
function wasSetBack({ startedAt }: StepProgress, at: string): boolean {
  return startedAt !== null && Date.parse(at) < Date.parse(startedAt);
}

function endWait(state: DeploymentState, id: string, at: string): Decision<DeploymentEvent> {
  const progress = stepOf(state, id);
  if (progress === undefined || progress.status !== 'running' || isTerminal(state) || state.rollback !== null || state.ending !== null) return accept();
  if (progress.until === null || (Date.parse(at) < Date.parse(progress.until) && !wasSetBack(progress, at))) return accept();
  if (progress.step.kind === 'bake' || progress.step.kind === 'pause') {
    return accept(happened('StepSucceeded', { step: id, reason: `${progress.step.title}: its time is over` }, at));
  }
  if (progress.step.kind !== 'approve') return accept();
  const reason = `nobody approved within ${progress.step.approval.timeoutSeconds} s`;
  return accept(happened('StepFailed', { step: id, cause: 'denied', reason }, at));
}
