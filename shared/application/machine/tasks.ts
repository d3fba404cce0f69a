import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { startLooks } from '#application/analysis/start-looks';
import { checksBefore } from '#application/deployments/checks';
import { checksAfter } from '#application/deployments/checks-after';
import { finishDeployment } from '#application/deployments/finish-deployment';
import { decideAndAppend, requireDeployment } from '#application/deployments/load-deployment';
import { readSide } from '#application/deployments/planning-sources';
import { environmentOf, holdForFreeze } from '#application/machine/freeze-hold';
import { parkAndResume } from '#application/machine/resume-machine';
import { waitTimer } from '#application/timer';
import type { TaskHandlers } from '#application/handlers';
import { Failure } from '#contracts/errors';
import { gateOf, nextOf } from '#domain/deployment/answers';
import { isTerminal, stepOf } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';

/** The most steps that one call skips: a plan has at most 100. */
const MAXIMUM_SKIPPED = 101;

/** The use cases that state machines call. Each is idempotent: a machine may call it again after a failure. */
export const machineTasks: TaskHandlers = {
  'validate-deployment': async (context, { deployment }) => {
    const { state } = await requireDeployment(context, deployment);
    if (state.plan === null) throw new Failure('internal-error', `the deployment ${deployment} has no plan to validate`);
    if (!state.validated && state.ending === null && !isTerminal(state)) {
      const side = await readSide(context, state.request.application, state.plan.new);
      const environment = await environmentOf(context, state);
      const checks = await checksBefore(context, { id: deployment, deployment, application: state.request.application, plan: state.plan, new: side, environment: environment.spec, passesFreezes: state.request.rollbackOf !== null });
      const { state: after } = await decideAndAppend(context, deployment, { type: 'RecordValidation', phase: 'before', checks, at: nowOf(context) });
      return outcomeOf(after);
    }
    return outcomeOf(state);
  },
  'next-step': async (context, { deployment }) => {
    for (let round = 0; round < MAXIMUM_SKIPPED; round += 1) {
      const { state, events } = await decideAndAppend(context, deployment, { type: 'Advance', at: nowOf(context) });
      if (events.length > 0) continue;
      return nextOf(state);
    }
    throw new Failure('internal-error', `more than ${MAXIMUM_SKIPPED} steps of ${deployment} were skipped at once`);
  },
  'enter-gate': async (context, { deployment, step, token }) => {
    await holdForFreeze(context, deployment);
    await parkAndResume(context, deployment, { name: gateOf(step), token });
  },
  'dispatch-step': async (context, { deployment, step, token }) => {
    await holdForFreeze(context, deployment);
    const { state } = await decideAndAppend(context, deployment, { type: 'Dispatch', step, at: nowOf(context) });
    await startBackground(context, state, step);
    await parkAndResume(context, deployment, { name: step, token });
  },
  'start-wait': async (context, { deployment, step, token }) => {
    const { state } = await decideAndAppend(context, deployment, { type: 'StartWait', step, at: nowOf(context) });
    const until = stepOf(state, step)?.until ?? null;
    const kind = stepOf(state, step)?.step.kind;
    if (kind === 'analyse') await startLooks(context, deployment);
    else if (until !== null) await context.ports.timers.set({ id: waitTimer(context.tenant, deployment, step), at: until, payload: { kind: 'wait-over', tenant: context.tenant, deployment, step } });
    await parkAndResume(context, deployment, { name: step, token });
  },
  'begin-rollback': async (context, { deployment, error }) => {
    const { state } = await decideAndAppend(context, deployment, { type: 'BeginRollback', error, at: nowOf(context) });
    return { steps: state.steps.filter((one) => one.phase === 'rollback').length };
  },
  'conclude-deployment': async (context, { deployment }) => {
    const { state } = await requireDeployment(context, deployment);
    if (state.rollback === null && state.ending === null && !isTerminal(state) && !state.checks.some((one) => one.phase === 'after')) {
      await decideAndAppend(context, deployment, { type: 'RecordValidation', phase: 'after', checks: checksAfter(state), at: nowOf(context) });
    }
    const { state: after } = await decideAndAppend(context, deployment, { type: 'Conclude', at: nowOf(context) });
    await finishDeployment(context, deployment);
    return { state: after.name, ended: isTerminal(after) };
  },
};

function outcomeOf(state: DeploymentState) {
  return state.ending === null && !isTerminal(state) ? ({ outcome: 'continue', reason: state.reason } as const) : ({ outcome: 'rollBack', reason: state.ending?.reason ?? state.reason } as const);
}

/** The analysis behind all steps begins when the new release is first given traffic. */
async function startBackground(context: Context, state: DeploymentState, step: string): Promise<void> {
  const dispatched = stepOf(state, step);
  if (state.plan?.background === null || dispatched?.phase !== 'forward' || !('weightPercent' in dispatched.step) || dispatched.step.weightPercent === 0) return;
  await startLooks(context, state.id);
}
