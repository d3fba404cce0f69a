import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { decideAndAppend, deploymentStream, loadDeployment } from '#application/deployments/load-deployment';
import { contends, isOlder, priorityOf } from '#application/deployments/queue-order';
import { Failure } from '#contracts/errors';
import type { DeploymentState } from '#domain/deployment/state';
import type { QueueEntry } from '#ports/lease';

/**
 * Ends what a request takes the place of. A queued request of the same application and environment is replaced by a newer one of equal or
 * higher priority; one that supersedes also ends what runs on its targets, but not what came to run later because it is more urgent.
 * It follows from the request and not from who asked, so that it happens whoever takes the request further, also after a crash; idempotent.
 */
export async function makeWay(context: Context, state: DeploymentState, entry: QueueEntry): Promise<void> {
  const { leases } = context.ports;
  for (const other of await leases.queued(context.tenant)) {
    if (!isOlder(other, entry) || other.environment !== entry.environment || !contends(other, entry) || other.priority > entry.priority) continue;
    // Who has just been planned leaves the queue in a moment: it waits no more.
    if (((await loadDeployment(context, other.deployment))?.state.plan ?? null) !== null) continue;
    await supersede(context, other.deployment, state.id);
    await leases.dequeue(context.tenant, other.deployment);
  }
  if (state.request.ifRunning !== 'supersede') return;
  const held = await Promise.all(entry.targets.map(async (target) => await leases.read(context.tenant, target, entry.application)));
  const holders = new Set(held.flat().flatMap((lease) => lease.holder ?? []));
  for (const holder of holders) {
    if (holder !== state.id && (await givesWay(context, holder, state))) await supersede(context, holder, state.id);
  }
}

/** Whether a holder is ended: one that was planned when the request came, and one that was not but is no more urgent. */
async function givesWay(context: Context, holder: string, state: DeploymentState): Promise<boolean> {
  const loaded = await loadDeployment(context, holder);
  if (loaded === undefined || priorityOf(loaded.state) <= priorityOf(state)) return true;
  const events = await context.ports.events.read({ tenant: context.tenant, stream: deploymentStream(holder) });
  return events.some((event) => event.type === 'DeploymentPlanned' && event.at <= state.createdAt);
}

async function supersede(context: Context, deployment: string, by: string): Promise<void> {
  try {
    await decideAndAppend(context, deployment, { type: 'Abort', cause: 'superseded', by: { id: by, name: by }, at: nowOf(context) });
  } catch (error) {
    // It ended in the meantime: then there is nothing to supersede.
    if (!(error instanceof Failure) || error.code !== 'conflict') throw error;
  }
}
