import { proceed } from '#application/deployments/proceed';
import type { DeploymentCheck } from '#application/sweep/finding';
import { isTerminal } from '#domain/deployment/state';

/** A planned deployment has an execution; whoever planned it may have died before starting it. */
export const missingExecutions: DeploymentCheck = {
  kind: 'plan-without-execution',
  run: async (context, { state }) => {
    if (isTerminal(state) || state.plan === null) return undefined;
    if ((await context.ports.workflow.describe(context.tenant, state.id)) !== undefined) return undefined;
    await proceed(context, state.id);
    return { repaired: true, reason: `it was planned, but its machine (${state.plan.strategy}) had not been started` };
  },
};
