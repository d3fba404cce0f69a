import type { Context } from '#application/context';
import { loadDeployment } from '#application/deployments/load-deployment';
import type { LoadedDeployment } from '#application/deployments/load-deployment';
import { everyDocument } from '#application/every-document';
import { deploymentState } from '#contracts/views';
import { TERMINAL_EVENTS } from '#domain/deployment/events';
import { isTerminal } from '#domain/deployment/state';

/** The states that no terminal event leads to. */
const OPEN_STATES = deploymentState.options.filter((state) => !TERMINAL_EVENTS.some((event) => event === `Deployment${state}`));

/**
 * The ids of all deployments of a tenant that may not have ended. They are looked for where they must be, strongly consistent: among
 * those who hold leases and those who wait for some; the read model adds one that was requested a moment ago. Some may have ended
 * since; there are hardly more than are going on at once.
 */
export async function openDeploymentIds(context: Context): Promise<readonly string[]> {
  const { leases } = context.ports;
  const held = await leases.listHeld(context.tenant);
  const queued = await leases.queued(context.tenant);
  const ids = new Set([...held.flatMap((lease) => lease.holder ?? []), ...queued.map((entry) => entry.deployment), ...(await listedAsOpen(context))]);
  return [...ids].toSorted();
}

/** All deployments of a tenant that have not ended, each folded from its stream. */
export async function openDeployments(context: Context): Promise<readonly LoadedDeployment[]> {
  const loaded: LoadedDeployment[] = [];
  for (const id of await openDeploymentIds(context)) {
    const found = await loadDeployment(context, id);
    if (found !== undefined && !isTerminal(found.state)) loaded.push(found);
  }
  return loaded;
}

async function listedAsOpen(context: Context): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const state of OPEN_STATES) {
    for await (const { key } of everyDocument(context, 'deployments', { index: 'state', value: state })) ids.push(key);
  }
  return ids;
}
