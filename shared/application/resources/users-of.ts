import type { Context } from '#application/context';
import { loadDeployment } from '#application/deployments/load-deployment';
import { everyDocument } from '#application/every-document';
import { openDeployments } from '#application/resources/open-deployments';
import { Failure } from '#contracts/errors';
import type { DeploymentRequest } from '#domain/deployment/state';
import { kindIndex } from '#domain/resources/reference';
import type { ResourceReference } from '#domain/resources/reference';
import { useIndex } from '#domain/resources/uses';
import type { Use } from '#domain/resources/uses';

/** So many users are named; the rest follow when these are gone. */
const MAXIMUM_USERS = 20;

/** What uses a resource, in words, as `environments/production` or `deployment dep-…`; empty when it may be deleted. */
export async function usersOf(context: Context, reference: ResourceReference): Promise<readonly string[]> {
  const { kind, name } = reference;
  switch (kind) {
    case 'Application':
      return [...(await releasesOf(context, name)), ...(await deploymentsWhere(context, (request) => request.application === name))];
    case 'Environment':
      return await deploymentsWhere(context, (request) => request.environment === name);
    case 'Target':
      return [...(await documentsUsing(context, { kind, name })), ...(await leasesOn(context, name)), ...(await waitingFor(context, name))];
    case 'AnalysisTemplate':
      return await documentsUsing(context, { kind, name });
    case 'Release': {
      const application = reference.application ?? '';
      return [...(await servingOn(context, application, name)), ...(await deploymentsWhere(context, (request) => request.application === application && request.release === name))];
    }
  }
}

/** The documents that name something, by their keys. */
export async function documentsUsing(context: Context, used: Pick<Use, 'kind' | 'name'>): Promise<readonly string[]> {
  return await keysOf(context, { index: 'uses', value: useIndex(used) });
}

/** @throws Failure `in-use` naming the users, when there are any */
export function refuseWhileUsed(what: string, users: readonly string[]): void {
  if (users.length === 0) return;
  const named = users.slice(0, MAXIMUM_USERS);
  const more = users.length > named.length ? ' and others' : '';
  throw new Failure('in-use', { detail: `${what} is used by ${named.join(', ')}${more}`, context: { usedBy: named } });
}

async function releasesOf(context: Context, application: string): Promise<readonly string[]> {
  return await keysOf(context, { index: 'kind', value: kindIndex({ kind: 'Release', application }) });
}

async function keysOf(context: Context, filter: { readonly index: string; readonly value: string }): Promise<readonly string[]> {
  const found = await context.ports.readModels.list(context.tenant, 'resources', { filter, limit: MAXIMUM_USERS + 1 });
  return found.map((one) => one.key);
}

async function deploymentsWhere(context: Context, uses: (request: DeploymentRequest) => boolean): Promise<readonly string[]> {
  return (await openDeployments(context)).filter(({ state }) => uses(state.request)).map(({ state }) => `deployment ${state.id}`);
}

async function leasesOn(context: Context, target: string): Promise<readonly string[]> {
  const leases = await context.ports.leases.read(context.tenant, target);
  return leases.flatMap(({ holder, application, stable }) => [
    ...(holder === null ? [] : [`deployment ${holder}`]),
    ...(stable === null ? [] : [`releases/${application}/${stable.release}, which serves there`]),
  ]);
}

async function waitingFor(context: Context, target: string): Promise<readonly string[]> {
  const queued = await context.ports.leases.queued(context.tenant);
  return queued.filter((entry) => entry.targets.includes(target)).map((entry) => `deployment ${entry.deployment}`);
}

/**
 * Where a release serves, or is still to be stopped by the clean-up of the deployment that replaced it. A target on which something serves
 * cannot be deleted, so all of these are listed.
 */
async function servingOn(context: Context, application: string, release: string): Promise<readonly string[]> {
  const users: string[] = [];
  for await (const { key } of everyDocument(context, 'resources', { index: 'kind', value: kindIndex({ kind: 'Target' }) })) {
    const [, target = ''] = key.split('/');
    for (const lease of await context.ports.leases.read(context.tenant, target, application)) {
      if (lease.stable?.release === release) users.push(`${key}, where it serves`);
      else if (lease.stableBy !== null && (await cleansUp(context, lease.stableBy, release))) users.push(`deployment ${lease.stableBy}, which is still to stop it on ${key}`);
    }
  }
  return users;
}

async function cleansUp(context: Context, deployment: string, release: string): Promise<boolean> {
  const loaded = await loadDeployment(context, deployment);
  return loaded !== undefined && loaded.state.cleanupAt !== null && (loaded.state.plan?.targets ?? []).some((one) => one.stable?.release === release);
}
