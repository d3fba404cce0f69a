import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { revoke } from '#application/keys/revoke-key';
import { requireVersion } from '#application/resources/if-match';
import { openDeployments } from '#application/resources/open-deployments';
import { refuseWhileUsed } from '#application/resources/users-of';
import { retryConflicts } from '#application/retry-conflicts';
import { OPERATOR_TENANT, requireTenant, tenantStream } from '#application/tenants/load-tenant';
import { hideTenant } from '#application/tenants/tenant-document';

/** How many keys are read at a time. */
const PAGE = 200;

/**
 * Deletes a tenant: its keys stop working, its connections close, and its name is never used again; its records are kept. The keys are
 * revoked before, so that a call that ends in between leaves none that works without a tenant, and again after, for one that was made
 * meanwhile.
 * @throws Failure `not-found`; `in-use` while deployments have not ended; `precondition-failed` when it has not the version that If-Match named
 */
export async function deleteTenant(context: Context & { readonly ifMatchVersion?: number | undefined }, name: string, by: string): Promise<void> {
  const own = { ...context, tenant: name };
  const version = await retryConflicts(async () => {
    const present = await requireTenant(context, name);
    requireVersion(context, present.version);
    refuseWhileUsed(`tenant ${name}`, (await openDeployments(own)).map((one) => `deployment ${one.state.id}`));
    await revokeAll(own, by);
    const appended = await context.ports.events.append({ tenant: OPERATOR_TENANT, stream: tenantStream(name), expectedVersion: present.version, events: [{ type: 'TenantDeleted', payload: { name, by } }], at: nowOf(context), traceId: context.traceId });
    return appended.version;
  });
  await revokeAll(own, by);
  await hideTenant(context, name, version);
}

async function revokeAll(context: Context, by: string): Promise<void> {
  let after: string | undefined;
  do {
    const page = await context.ports.keys.list(context.tenant, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const key of page.filter((one) => one.revokedAt === null)) await revoke(context, key, by);
    after = page.length < PAGE ? undefined : page.at(-1)?.id;
  } while (after !== undefined);
}
