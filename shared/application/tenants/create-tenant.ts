import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { fieldFailure } from '#application/resources/check-resource';
import { OPERATOR_TENANT, RESERVED_TENANTS, loadTenant, tenantStream } from '#application/tenants/load-tenant';
import { showTenant } from '#application/tenants/tenant-document';
import { Failure } from '#contracts/errors';
import type { TenantView } from '#contracts/views';

/** Each round one of several makers of a tenant wins, and the others find it made: two rounds are enough, the third is for a deletion in between. */
const MAXIMUM_ROUNDS = 3;

/**
 * Makes a tenant; one that is there stays as it is.
 * @throws Failure `rule-broken` for a reserved name, and for that of a deleted tenant: its records are kept and would be the new one's
 */
export async function createTenant(context: Context, name: string, by: string): Promise<TenantView> {
  if (RESERVED_TENANTS.includes(name)) throw fieldFailure('rule-broken', [{ field: 'params.name', rule: `must not be a reserved name (${RESERVED_TENANTS.join(', ')})`, value: name }]);
  for (let round = 1; ; round += 1) {
    const { state, version, view } = await loadTenant(context, name);
    if (state === 'deleted') throw fieldFailure('rule-broken', [{ field: 'params.name', rule: 'must not be the name of a deleted tenant: its records are kept under it', value: name }]);
    if (state === 'active') {
      await showTenant(context, view, version);
      return view;
    }
    try {
      const at = nowOf(context);
      await context.ports.events.append({ tenant: OPERATOR_TENANT, stream: tenantStream(name), expectedVersion: version, events: [{ type: 'TenantCreated', payload: { name, by } }], at, traceId: context.traceId });
      await showTenant(context, { name, createdAt: at }, version + 1);
      return { name, createdAt: at };
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'version-conflict' || round >= MAXIMUM_ROUNDS) throw error;
    }
  }
}
