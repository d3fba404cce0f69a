import type { Context } from '#application/context';
import { setCleanUp } from '#application/deployments/clean-up';
import { loadDeployment } from '#application/deployments/load-deployment';
import { advanceQueue } from '#application/deployments/proceed';
import type { Freed } from '#application/deployments/queue-order';
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
  await advanceQueue(context, freedBy(state));
}

/** What it held is told by its plan, also when this is called again after the leases are free. One that has none held little, or its place in the queue. */
function freedBy({ request, plan }: DeploymentState): Freed {
  return { application: request.application, targets: plan === null ? 'any' : plan.targets.map(({ name }) => name) };
}

/** What is stable after it, where that is another than before: a success makes it so, and after an abandonment nobody knows. */
function stableAfter({ name, abandoned, plan }: DeploymentState): { readonly [target: string]: SideReference } {
  if (plan !== null && name === 'Failed' && abandoned !== null) {
    return Object.fromEntries(plan.targets.flatMap((one) => (one.stable === null ? [] : [[one.name, { ...one.stable, unsettled: true as const }]])));
  }
  if (name !== 'Succeeded' || plan === null) return {};
  return Object.fromEntries(plan.targets.map((one) => [one.name, plan.new]));
}
