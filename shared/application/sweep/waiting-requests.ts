import { proceed } from '#application/deployments/proceed';
import type { DeploymentCheck } from '#application/sweep/finding';
import { isTerminal } from '#domain/deployment/state';

/** A request whose way is free is planned; one that never reached the queue takes its place there. */
export const waitingRequests: DeploymentCheck = {
  kind: 'request-not-planned',
  run: async (context, { state }) => {
    if (isTerminal(state) || state.plan !== null) return undefined;
    const queued = async () => (await context.ports.leases.queued(context.tenant)).some((entry) => entry.deployment === state.id);
    const stood = await queued();
    const after = await proceed(context, state.id);
    if (after !== undefined && after.state.name !== state.name) return { repaired: true, reason: `its way was free and it had not been planned; it is ${after.state.name} now` };
    if (stood || !(await queued())) return undefined;
    return { repaired: true, reason: 'it waited for leases without standing in the queue' };
  },
};
