import { finishDeployment } from '#application/deployments/finish-deployment';
import type { DeploymentCheck } from '#application/sweep/finding';
import { isTerminal } from '#domain/deployment/state';

/** A deployment that has ended holds no lease and waits for none: both are freed, on the same way as after its last event. */
export const lostLeases: DeploymentCheck = {
  kind: 'lease-of-ended-deployment',
  run: async (context, { state }) => {
    if (!isTerminal(state)) return undefined;
    const { leases } = context.ports;
    const held = await leases.heldBy(context.tenant, state.id);
    const waits = (await leases.queued(context.tenant)).some((entry) => entry.deployment === state.id);
    if (held.length === 0 && !waits) return undefined;
    await finishDeployment(context, state.id);
    const had = held.length > 0 ? `held ${held.map((lease) => `${lease.target} for ${lease.application}`).join(', ')}` : 'stood in the queue';
    return { repaired: true, reason: `it is ${state.name} and still ${had}` };
  },
};
