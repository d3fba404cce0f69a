import type { DeploymentEvent, RollbackCause } from '#domain/deployment/events';
import type { Plan } from '#domain/deployment/plan';
import { BACKGROUND, isTerminal, stepOf } from '#domain/deployment/state';
import type { DeploymentState, StepProgress } from '#domain/deployment/state';

/** A plan by its digest, for streams whose plan was too large for an event. */
export type PlanLookup = (digest: string) => Plan;

/** What an event's fold needs to know beside the state: the deployment's id, and plans that were too large for an event. */
type Known = { readonly id: string; readonly plans: PlanLookup };

/**
 * Folds a deployment's stream, in order, onto what was folded `before`. `undefined` for a stream without events.
 * @throws Error when the stream does not begin with DeploymentRequested: that is a bug.
 */
export function foldDeployment(events: readonly DeploymentEvent[], { before, ...known }: Known & { readonly before?: DeploymentState | undefined }): DeploymentState | undefined {
  return events.reduce((state, event) => evolve(state, event, known), before);
}

/** Brings one event into the state. */
export function evolve(state: DeploymentState | undefined, event: DeploymentEvent, known: Known): DeploymentState {
  if (event.type === 'DeploymentRequested') return requested(known.id, event);
  if (state === undefined) throw new Error(`the stream of ${known.id} begins with ${event.type}`);
  const next = { ...state, ...changeOf(state, event, known.plans), updatedAt: event.at };
  // While it is paused, what goes on meanwhile is no reason for that.
  return next.paused === null || next.ending !== null ? next : { ...next, reason: next.paused.reason };
}

function requested(id: string, event: Extract<DeploymentEvent, { type: 'DeploymentRequested' }>): DeploymentState {
  return {
    name: 'Requested', reason: 'requested', id, request: event.payload, createdAt: event.at, updatedAt: event.at,
    plan: null, validated: false, checks: [], steps: [], paused: null, full: false, ending: null, rollback: null, abandoned: null,
    verdicts: [], runs: {}, restartedAt: {}, healthLost: [], approvals: [], weightPercent: {}, cleanupAt: null,
  };
}

type Change = Partial<DeploymentState>;

function changeOf(state: DeploymentState, event: Exclude<DeploymentEvent, { type: 'DeploymentRequested' }>, plans: PlanLookup): Change {
  switch (event.type) {
    case 'DeploymentQueued':
      return { reason: event.payload.reason };
    case 'DeploymentPlanned':
      return planned('digest' in event.payload.plan ? plans(event.payload.plan.digest) : event.payload.plan, event.payload.reason);
    case 'ValidationFinished':
      return validated(state, event.payload);
    case 'CommandReported':
      return withCommand(state, event.payload);
    case 'VerdictReached':
      return { verdicts: [...state.verdicts, { ...event.payload, at: event.at }], ...(event.payload.verdict === 'Failed' ? { reason: event.payload.reason } : {}) };
    case 'AnalysisRestarted':
      return { runs: { ...state.runs, [event.payload.step ?? BACKGROUND]: event.payload.run }, restartedAt: { ...state.restartedAt, [event.payload.step ?? BACKGROUND]: event.at } };
    case 'HealthLost':
      return { reason: event.payload.reason, healthLost: [...state.healthLost, { target: event.payload.target, component: event.payload.component }] };
    case 'ApprovalGiven':
      return { approvals: [...state.approvals, { step: event.payload.step, by: event.payload.by, at: event.at, reason: event.payload.reason }] };
    case 'ApprovalDenied':
      return { ending: firstEnding(state, 'denied', event.payload.reason), reason: event.payload.reason };
    case 'DeploymentPaused':
      return { name: 'Paused', reason: event.payload.reason, paused: { by: event.payload.by, until: event.payload.until, reason: event.payload.reason } };
    case 'DeploymentResumed':
      return { name: state.steps.every((one) => one.status === 'pending') ? 'Planned' : 'Progressing', reason: event.payload.reason, paused: null };
    case 'PromotedFully':
      return { full: true, reason: event.payload.reason };
    case 'AbortRequested':
      return { ending: firstEnding(state, event.payload.cause, event.payload.reason), reason: event.payload.reason };
    case 'DeploymentAbandoned':
      return { abandoned: event.payload.reason, reason: event.payload.reason };
    case 'CleanupFinished':
      return { cleanupAt: null };
    case 'StepDispatched': case 'WaitStarted': case 'StepSucceeded': case 'StepFailed': case 'StepSkipped': case 'RollbackStepFailed':
      return stepChange(state, event);
    case 'RollbackStarted': case 'DeploymentSucceeded': case 'DeploymentFailed': case 'DeploymentRolledBack': case 'DeploymentAborted':
      return endingChange(state, event);
  }
}

type StepEvent = Extract<DeploymentEvent, { type: 'StepDispatched' | 'WaitStarted' | 'StepSucceeded' | 'StepFailed' | 'StepSkipped' | 'RollbackStepFailed' }>;

function stepChange(state: DeploymentState, event: StepEvent): Change {
  const { reason } = event.payload;
  // The clean-up comes after the end, whose reason stays.
  const said = isTerminal(state) ? {} : { reason };
  const change = (fields: Partial<StepProgress>, more: Change = {}): Change => ({ ...said, ...more, steps: withStep(state, event.payload.step, fields) });
  switch (event.type) {
    case 'StepDispatched':
      return change(
        { status: 'running', attempt: event.payload.attempt, startedAt: event.at, endedAt: null, reason, commands: event.payload.commands.map((one) => ({ id: one.id, target: one.target, component: one.component, status: 'running', reason: '' })) },
        moving(state),
      );
    case 'WaitStarted':
      return change({ status: 'running', startedAt: event.at, until: event.payload.until, reason }, { ...moving(state), runs: { ...state.runs, [event.payload.step]: state.runs[event.payload.step] ?? 1 } });
    case 'StepSucceeded':
      return change({ status: 'succeeded', endedAt: event.at, reason }, { weightPercent: reached(state, event.payload.step) });
    case 'StepFailed':
      return change({ status: 'failed', endedAt: event.at, reason }, { ending: firstEnding(state, event.payload.cause, reason) });
    case 'StepSkipped':
      return change({ status: 'skipped', endedAt: event.at, reason });
    case 'RollbackStepFailed':
      return change({ status: 'failed', endedAt: event.at, reason });
  }
}

type EndingEvent = Extract<DeploymentEvent, { type: 'RollbackStarted' | 'DeploymentSucceeded' | 'DeploymentFailed' | 'DeploymentRolledBack' | 'DeploymentAborted' }>;

function endingChange(state: DeploymentState, event: EndingEvent): Change {
  const { reason } = event.payload;
  switch (event.type) {
    case 'RollbackStarted':
      return { name: 'RollingBack', reason, paused: null, rollback: { cause: event.payload.cause, reason }, steps: [...interrupted(state, event), ...event.payload.steps.map((step) => pending(step, 'rollback'))] };
    case 'DeploymentSucceeded':
      // Also where nothing had to be changed, and no step moved the traffic there.
      return { name: 'Succeeded', reason, paused: null, cleanupAt: event.payload.cleanupAt, weightPercent: Object.fromEntries((state.plan?.targets ?? []).map((one) => [one.name, 100])) };
    case 'DeploymentFailed':
      return { name: 'Failed', reason, paused: null };
    case 'DeploymentRolledBack':
      return { name: 'RolledBack', reason, paused: null };
    case 'DeploymentAborted':
      return { name: 'Aborted', reason, paused: null };
  }
}

/** What makes it go back is what came first: an abort whose step then fails as well stays an abort. */
function firstEnding(state: DeploymentState, cause: RollbackCause, reason: string): DeploymentState['ending'] {
  return state.ending ?? { cause, reason };
}

/** A step that was under way when the rollback began has ended with it: what is still reported of it changes nothing. */
function interrupted(state: DeploymentState, event: Extract<EndingEvent, { type: 'RollbackStarted' }>): readonly StepProgress[] {
  const { reason } = event.payload;
  return state.steps.map((one) => (one.status === 'running' ? { ...one, status: 'failed' as const, endedAt: event.at, reason } : one));
}

function planned(plan: Plan, reason: string): Change {
  const cleanup = plan.cleanup === null ? [] : [pending(plan.cleanup.step, 'cleanup')];
  return { name: 'Planned', reason, plan, steps: [...plan.steps.map((step) => pending(step, 'forward')), ...cleanup], runs: plan.background === null ? {} : { [BACKGROUND]: 1 } };
}

function validated(state: DeploymentState, payload: Extract<DeploymentEvent, { type: 'ValidationFinished' }>['payload']): Change {
  const checks = [...state.checks, ...payload.checks.map((check) => ({ phase: payload.phase, ...check }))];
  const failed = payload.passed ? {} : { ending: firstEnding(state, 'failure', payload.reason) };
  return { checks, reason: payload.reason, ...(payload.phase === 'before' ? { validated: true } : {}), ...failed };
}

function withCommand(state: DeploymentState, payload: Extract<DeploymentEvent, { type: 'CommandReported' }>['payload']): Change {
  const steps = state.steps.map((one) => ({
    ...one,
    commands: one.commands.map((command) => (command.id === payload.command ? { ...command, status: payload.outcome, reason: payload.reason } : command)),
  }));
  return { steps };
}

function moving(state: DeploymentState): Change {
  return state.name === 'Planned' ? { name: 'Progressing' } : {};
}

function pending(step: StepProgress['step'], phase: StepProgress['phase']): StepProgress {
  return { step, phase, status: 'pending', reason: '', attempt: 0, startedAt: null, endedAt: null, until: null, commands: [] };
}

function withStep(state: DeploymentState, id: string, fields: Partial<StepProgress>): readonly StepProgress[] {
  return state.steps.map((one) => (one.step.id === id ? { ...one, ...fields } : one));
}

function reached(state: DeploymentState, id: string): DeploymentState['weightPercent'] {
  const done = stepOf(state, id)?.step;
  if (done === undefined || !('weightPercent' in done) || done.kind === 'prepare' || done.kind === 'cleanup') return state.weightPercent;
  const { weightPercent } = done;
  return { ...state.weightPercent, ...Object.fromEntries(done.targets.map((target) => [target, weightPercent])) };
}
