import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { fieldFailure } from '#application/resources/check-resource';
import { requireVersion } from '#application/resources/if-match';
import { retryConflicts } from '#application/retry-conflicts';
import { OPERATOR_TENANT, RESERVED_TENANTS, loadTenant, tenantStream } from '#application/tenants/load-tenant';
import type { LoadedTenant } from '#application/tenants/load-tenant';
import { showTenant } from '#application/tenants/tenant-document';

/** The context of a write, with the version that it was asked for at, if any. */
type Writing = Context & { readonly ifMatchVersion?: number | undefined };

/**
 * Makes a tenant; one that is there stays as it is.
 * @throws Failure `rule-broken` for a reserved name, and for that of a deleted tenant: its records are kept and would be the new one's;
 * `precondition-failed` when it has not the version that If-Match named
 */
export async function createTenant(context: Writing, name: string, by: string): Promise<Pick<LoadedTenant, 'view' | 'version'>> {
  if (RESERVED_TENANTS.includes(name)) throw fieldFailure('rule-broken', [{ field: 'params.name', rule: `must not be a reserved name (${RESERVED_TENANTS.join(', ')})`, value: name }]);
  const made = await retryConflicts(async () => await presentOrNew(context, name, by));
  await showTenant(context, made.view, made.version);
  return made;
}

async function presentOrNew(context: Writing, name: string, by: string): Promise<Pick<LoadedTenant, 'view' | 'version'>> {
  const present = await loadTenant(context, name);
  if (present.state === 'deleted') throw fieldFailure('rule-broken', [{ field: 'params.name', rule: 'must not be the name of a deleted tenant: its records are kept under it', value: name }]);
  requireVersion(context, present.state === 'active' ? present.version : undefined);
  if (present.state === 'active') return present;
  const at = nowOf(context);
  const { version } = await context.ports.events.append({ tenant: OPERATOR_TENANT, stream: tenantStream(name), expectedVersion: present.version, events: [{ type: 'TenantCreated', payload: { name, by } }], at, traceId: context.traceId });
  return { view: { name, createdAt: at }, version };
}
