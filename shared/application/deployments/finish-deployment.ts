import type { Context } from '#application/context';
import { setCleanUp } from '#application/deployments/clean-up';
import { loadDeployment } from '#application/deployments/load-deployment';
import { advanceQueue } from '#application/deployments/proceed';
import type { SideReference } from '#domain/deployment/plan';
import { isTerminal } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';

/**
 * After a terminal event: frees the leases (a success makes the new release the stable one), sets the clean-up, and lets the next
 * request in. Idempotent; nothing happens while the deployment is not terminal.
 */
export async function finishDeployment(context: Context, id: string): Promise<void> {
  const loaded = await loadDeployment(context, id);
  if (loaded === undefined || !isTerminal(loaded.state)) return;
  const { state } = loaded;
  await context.ports.leases.free(context.tenant, id, stableAfter(state));
  await context.ports.leases.dequeue(context.tenant, id);
  if (state.cleanupAt !== null) await setCleanUp(context, id, state.cleanupAt);
  await advanceQueue(context);
}

function stableAfter(state: DeploymentState): { readonly [target: string]: SideReference } {
  if (state.name !== 'Succeeded' || state.plan === null) return {};
  const { plan } = state;
  return Object.fromEntries(plan.targets.map((one) => [one.name, plan.new]));
}
