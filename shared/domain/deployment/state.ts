import type { Actor, Check, IfRunning, Priority, RollbackCause, Verdict } from '#domain/deployment/events';
import type { Plan, PlanStep } from '#domain/deployment/plan';
import type { StrategyChoice, StrategyType } from '#domain/resources/strategy';

/** The states of a deployment; the last four are final. */
export type DeploymentStateName = 'Requested' | 'Planned' | 'Progressing' | 'Paused' | 'RollingBack' | 'Succeeded' | 'Failed' | 'RolledBack' | 'Aborted';

/** One command of a step and what was reported of it. */
export type CommandProgress = { readonly id: string; readonly target: string; readonly component: string; readonly status: 'running' | 'succeeded' | 'failed'; readonly reason: string };

/** One step and how far it is. Times are ISO 8601 UTC. */
export type StepProgress = {
  readonly step: PlanStep;
  readonly phase: 'forward' | 'rollback' | 'cleanup';
  readonly status: 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped';
  readonly reason: string;
  /** How often it was dispatched; only steps of a rollback are dispatched again. */
  readonly attempt: number;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly until: string | null;
  readonly commands: readonly CommandProgress[];
};

/** What was asked for. */
export type DeploymentRequest = {
  readonly deployment: string; readonly application: string; readonly release: string; readonly environment: string;
  readonly strategy: StrategyType | StrategyChoice | null; readonly priority: Priority; readonly ifRunning: IfRunning; readonly requestedBy: Actor;
  readonly retryOf: string | null; readonly rollbackOf: string | null;
};

/** A deployment as its events tell it. */
export type DeploymentState = {
  readonly name: DeploymentStateName;
  readonly reason: string;
  readonly id: string;
  readonly request: DeploymentRequest;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly plan: Plan | null;
  readonly validated: boolean;
  readonly checks: readonly ({ readonly phase: 'before' | 'after' } & Check)[];
  readonly steps: readonly StepProgress[];
  readonly paused: { readonly by: 'person' | 'freeze' | 'analysis'; readonly until: string | null; readonly reason: string } | null;
  /** Pauses, bakes and analyses are skipped from now on. */
  readonly full: boolean;
  /** What makes it go back, as soon as the machine asks. */
  readonly ending: { readonly cause: RollbackCause; readonly reason: string } | null;
  readonly rollback: { readonly cause: RollbackCause; readonly reason: string } | null;
  readonly abandoned: string | null;
  readonly verdicts: readonly { readonly step: string | null; readonly run: number; readonly verdict: Verdict; readonly reason: string; readonly at: string }[];
  /** The present run of an analysis: its step, or `background`. */
  readonly runs: { readonly [step: string]: number };
  /** When the present run of an analysis began (ISO 8601 UTC), if it is not the first. */
  readonly restartedAt: { readonly [step: string]: string };
  /** Where the new release lost its health; each place is told once. */
  readonly healthLost: readonly { readonly target: string; readonly component: string }[];
  readonly approvals: readonly { readonly step: string; readonly by: Actor; readonly at: string; readonly reason: string }[];
  readonly weightPercent: { readonly [target: string]: number };
  readonly cleanupAt: string | null;
};

/** The key of the background analysis among the runs. */
export const BACKGROUND = 'background';

/** Whether nothing can change the state any more. */
export function isTerminal(state: DeploymentState): boolean {
  return state.name === 'Succeeded' || state.name === 'Failed' || state.name === 'RolledBack' || state.name === 'Aborted';
}

/** The step that runs now or is next, in the phase the deployment is in; `undefined` when none is left. */
export function currentStep(state: DeploymentState): StepProgress | undefined {
  const phase = state.rollback === null ? 'forward' : 'rollback';
  return state.steps.find((one) => one.phase === phase && one.status !== 'succeeded' && one.status !== 'skipped');
}

/** A step by its id. */
export function stepOf(state: DeploymentState, id: string): StepProgress | undefined {
  return state.steps.find((one) => one.step.id === id);
}

/** The targets and components that a change step was dispatched to: what a rollback must restore. */
export function touched(state: DeploymentState): { readonly targets: readonly string[]; readonly components: readonly string[] } {
  const changes = state.steps.filter((one) => one.phase === 'forward' && one.attempt > 0 && 'replicas' in one.step).flatMap((one) => one.commands);
  return { targets: [...new Set(changes.map((one) => one.target))], components: [...new Set(changes.map((one) => one.component))] };
}
