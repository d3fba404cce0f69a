import type { DeploymentSummary, DeploymentView } from '#contracts/views';
import { currentStep, isTerminal } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';

/** A deployment as the API shows it. */
export function viewOf(state: DeploymentState, version: number): DeploymentView {
  return {
    ...summaryOf(state, version),
    priority: state.request.priority, requestedBy: state.request.requestedBy, retryOf: state.request.retryOf, rollbackOf: state.request.rollbackOf,
    paused: state.paused,
    steps: state.steps.map(({ step, ...progress }) => ({ id: step.id, kind: step.kind, title: step.title, wave: step.wave, ...progress, commands: [...progress.commands] })),
    checks: [...state.checks], verdicts: [...state.verdicts], approvals: [...state.approvals],
    targets: (state.plan?.targets ?? []).map((one) => ({ name: one.name, wave: one.wave, stable: one.stable?.release ?? null })),
  };
}

/** A deployment as lists show it. */
export function summaryOf(state: DeploymentState, version: number): DeploymentSummary {
  return {
    id: state.id, application: state.request.application, release: state.request.release, environment: state.request.environment,
    state: state.name, reason: state.reason, strategy: state.plan?.strategy ?? null, version, createdAt: state.createdAt, updatedAt: state.updatedAt,
    step: isTerminal(state) ? null : (currentStep(state)?.step.id ?? null), weightPercent: { ...state.weightPercent },
  };
}
