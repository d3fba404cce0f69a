import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { decideAndAppend, loadDeployment } from '#application/deployments/load-deployment';

/**
 * Stops the old side of a succeeded deployment after its delay. A deployment that has taken a lease since takes the old side over: its
 * commands say what runs, and its higher generation fences this one's.
 */
export async function cleanUp(context: Context, deployment: string): Promise<void> {
  const loaded = await loadDeployment(context, deployment);
  const plan = loaded?.state.plan;
  if (loaded === undefined || plan === null || plan === undefined || loaded.state.cleanupAt === null) return;
  const leases = await Promise.all(plan.targets.map(async (target) => await context.ports.leases.read(context.tenant, target.name, loaded.state.request.application)));
  const taken = leases.flat().find((lease) => lease.holder !== null || lease.stableBy !== deployment);
  if (taken === undefined) await decideAndAppend(context, deployment, { type: 'Dispatch', step: 'cleanup', at: nowOf(context) });
  else await decideAndAppend(context, deployment, { type: 'FinishCleanup', outcome: 'takenOver', reason: `a later deployment changes ${taken.target}`, at: nowOf(context) });
}
