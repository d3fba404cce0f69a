import { happened, said } from '#domain/deployment/command';
import type { DeploymentCommand, StepAct } from '#domain/deployment/command';
import { isSkippable } from '#domain/deployment/decide-steps';
import type { DeploymentEvent } from '#domain/deployment/events';
import { isDispatched } from '#domain/deployment/plan';
import { BACKGROUND, currentStep, isTerminal } from '#domain/deployment/state';
import type { DeploymentState, StepProgress } from '#domain/deployment/state';
import type { Decision } from '#domain/rejection';
import { accept, conflict, invalid } from '#domain/rejection';

type PeopleCommand = Extract<DeploymentCommand, { type: 'Pause' | 'Resume' | 'Promote' | 'Approve' | 'Deny' | 'Abort' | 'Abandon' }>;

/** What follows when a person acts. */
export function decidePeople(state: DeploymentState, command: PeopleCommand): Decision<DeploymentEvent> {
  if (isTerminal(state)) return conflict('conflict', `the deployment is ${state.name}; nothing can be changed any more`);
  if (command.type === 'Abandon') return abandon(state, command);
  if (state.rollback !== null || state.ending !== null) {
    if (command.type === 'Abort') return accept();
    return conflict('conflict', `the deployment is going back (${(state.rollback ?? state.ending)?.reason ?? ''}); only abandon is possible`);
  }
  switch (command.type) {
    case 'Pause': return pause(state, command);
    case 'Resume': return resume(state, command);
    case 'Promote': return promote(state, command);
    case 'Approve': return approve(state, command);
    case 'Deny': return deny(state, command);
    case 'Abort':
      if (command.cause === 'aborted' && state.plan?.rollbackTriggers.manual === false) return conflict('conflict', 'this deployment\'s rollback triggers do not allow a manual abort');
      return accept(happened('AbortRequested', { by: command.by, cause: command.cause, reason: said(command.cause, command) }, command.at), ...atOnce(state, command));
  }
}

/** A deployment that was never planned has no machine to take it back: its abort ends it. */
function atOnce(state: DeploymentState, command: Extract<PeopleCommand, { type: 'Abort' }>): readonly DeploymentEvent[] {
  return state.plan === null ? [happened('DeploymentAborted', { reason: `${said(command.cause, command)}; nothing was changed` }, command.at)] : [];
}

function pause(state: DeploymentState, command: Extract<PeopleCommand, { type: 'Pause' }>): Decision<DeploymentEvent> {
  if (state.paused?.by === 'person') return accept();
  if (state.plan === null) return conflict('conflict', 'a deployment that waits in the queue cannot be paused; abort it instead');
  return accept(happened('DeploymentPaused', { by: 'person', actor: command.by, until: null, reason: said('paused', command) }, command.at));
}

function resume(state: DeploymentState, command: Extract<PeopleCommand, { type: 'Resume' }>): Decision<DeploymentEvent> {
  if (state.paused === null) {
    const current = currentStep(state);
    const hint = current?.step.kind === 'pause' ? `; the pause step ${current.step.id} is ended by promote` : '';
    return conflict('conflict', `the deployment is ${state.name}, not paused${hint}`);
  }
  if (state.paused.by === 'freeze') return conflict('freeze-active', `it is ${state.paused.reason}; a freeze is ended by its end only`);
  const resumed = happened('DeploymentResumed', { by: 'person', actor: command.by, reason: said('resumed', command) }, command.at);
  return accept(resumed, ...restarts(state, command.at));
}

/** Analyses that had ended without an answer begin anew, as a run of their own. */
function restarts(state: DeploymentState, at: string): readonly DeploymentEvent[] {
  return unanswered(state).map(({ step, run }) => happened('AnalysisRestarted', { step, run: run + 1, reason: 'a new run after the pause' }, at));
}

/** The analyses (a step's, or `null` for the background's) whose present run ended without an answer. */
function unanswered(state: DeploymentState): readonly { readonly step: string | null; readonly run: number }[] {
  return Object.entries(state.runs).flatMap(([key, run]) => {
    const step = key === BACKGROUND ? null : key;
    const open = step === null || state.steps.some((one) => one.step.id === step && one.status === 'running');
    const ended = state.verdicts.some((one) => one.step === step && one.run === run && one.verdict !== 'Successful');
    return open && ended ? [{ step, run }] : [];
  });
}

function promote(state: DeploymentState, command: Extract<PeopleCommand, { type: 'Promote' }>): Decision<DeploymentEvent> {
  const reason = said(command.full ? 'promoted fully' : 'promoted', command);
  const current = meant(state, command);
  if ('accepted' in current) return current;
  const running = current.status === 'running';
  if (command.full) {
    const skipped = running && isSkippable(current.step) ? [skip(current, command, reason)] : [];
    const ended = [...skipped, ...unpause(state, command, reason)];
    return state.full && ended.length === 0 ? accept() : accept(happened('PromotedFully', { by: command.by, reason }, command.at), ...ended);
  }
  if (running && isDispatched(current.step)) return conflict('conflict', `the step ${current.step.id} is being carried out; promote ends only a pause, a bake or an analysis`);
  if (current.step.kind === 'approve') return conflict('conflict', `the step ${current.step.id} waits for an approval, which promote does not give`);
  if (!running || !isSkippable(current.step)) return conflict('conflict', `the step ${current.step.id} is not a pause, a bake or an analysis that runs`);
  return accept(skip(current, command, reason), ...(isHeldBy(state, current) ? unpause(state, command, reason) : []));
}

/** Whether nothing but this analysis without an answer holds the deployment: then the end of the one is the end of the other. */
function isHeldBy(state: DeploymentState, current: StepProgress): boolean {
  const causes = unanswered(state).map((one) => one.step);
  return state.paused?.by === 'analysis' && state.healthLost.length === 0 && causes.length === 1 && causes[0] === current.step.id;
}

function skip(current: StepProgress, command: Extract<PeopleCommand, { type: 'Promote' }>, reason: string): DeploymentEvent {
  return happened('StepSkipped', { step: current.step.id, by: command.by, reason }, command.at);
}

function unpause(state: DeploymentState, command: Extract<PeopleCommand, { type: 'Promote' }>, reason: string): readonly DeploymentEvent[] {
  if (state.paused === null || state.paused.by === 'freeze') return [];
  return [happened('DeploymentResumed', { by: 'person', actor: command.by, reason }, command.at)];
}

function approve(state: DeploymentState, command: Extract<PeopleCommand, { type: 'Approve' }>): Decision<DeploymentEvent> {
  const gate = gateMeant(state, command);
  if ('accepted' in gate) return gate;
  const before = state.approvals.filter((one) => one.step === gate.step.id);
  if (before.some((one) => one.by.id === command.by.id)) return conflict('conflict', `${command.by.name} has approved ${gate.step.id} before; each approval needs another person`);
  const approvals = before.length + 1;
  const { required } = gate.step.approval;
  const reason = said(`approved (${approvals} of ${required})`, command);
  const given = happened('ApprovalGiven', { step: gate.step.id, by: command.by, approvals, required, reason }, command.at);
  return approvals < required ? accept(given) : accept(given, happened('StepSucceeded', { step: gate.step.id, reason }, command.at));
}

function deny(state: DeploymentState, command: Extract<PeopleCommand, { type: 'Deny' }>): Decision<DeploymentEvent> {
  const gate = gateMeant(state, command);
  if ('accepted' in gate) return gate;
  return accept(happened('ApprovalDenied', { step: gate.step.id, by: command.by, reason: said('denied', command) }, command.at));
}

type Gate = { readonly step: Extract<StepProgress['step'], { kind: 'approve' }> };

function gateMeant(state: DeploymentState, command: StepAct): Gate | Decision<never> {
  const current = meant(state, command);
  if ('accepted' in current) return current;
  if (current.step.kind !== 'approve' || current.status !== 'running') return conflict('conflict', `the step ${current.step.id} does not wait for an approval`);
  return { step: current.step };
}

/** The present step, if it is the one that the person means. */
function meant(state: DeploymentState, command: StepAct): StepProgress | Decision<never> {
  const current = currentStep(state);
  if (current === undefined) return conflict('conflict', 'the deployment has no step to act on');
  if (command.step === undefined || command.step === current.step.id) return current;
  if (!state.steps.some((one) => one.step.id === command.step)) return invalid('rule-broken', `the deployment has no step "${command.step}"`, { field: 'step', value: command.step });
  return conflict('conflict', `the step ${command.step} is not the present one; that is ${current.step.id}`);
}

function abandon(state: DeploymentState, command: Extract<PeopleCommand, { type: 'Abandon' }>): Decision<DeploymentEvent> {
  if (state.abandoned !== null) return accept();
  if (state.rollback === null) return conflict('conflict', `only a deployment whose rollback has begun can be abandoned; ${state.ending === null ? 'abort it first' : 'it begins in a moment'}`);
  return accept(happened('DeploymentAbandoned', { by: command.by, reason: said('abandoned', command) }, command.at));
}
