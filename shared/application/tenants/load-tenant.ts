import type { Context } from '#application/context';
import { Failure } from '#contracts/errors';
import type { TenantView } from '#contracts/views';

/** The tenant of operators' keys and of the list of tenants. No customer's tenant can have its name. */
export const OPERATOR_TENANT = 'operator';

/** Names that no tenant can be made with: the operators' own, and that by which events name the system itself. */
export const RESERVED_TENANTS: readonly string[] = [OPERATOR_TENANT, 'sluice'];

/** A tenant as its stream tells it. A deleted one stays deleted: its events are kept, and must not be another's. */
export type LoadedTenant = { readonly state: 'unknown' | 'deleted' | 'active'; readonly version: number; readonly view: TenantView };

/** The stream of a tenant, among the operators'. */
export function tenantStream(name: string): string {
  return `tenant/${name}`;
}

/** Reads a tenant from its stream, strongly consistent, whatever the context's own tenant is. */
export async function loadTenant(context: Context, name: string): Promise<LoadedTenant> {
  const last = await context.ports.events.readLast({ tenant: OPERATOR_TENANT, stream: tenantStream(name) });
  if (last === undefined) return { state: 'unknown', version: 0, view: { name, createdAt: '' } };
  return { state: last.type === 'TenantCreated' ? 'active' : 'deleted', version: last.version, view: { name, createdAt: last.at } };
}

/** As `loadTenant`, for one that is there. @throws Failure `not-found`, also for a deleted one */
export async function requireTenant(context: Context, name: string): Promise<LoadedTenant> {
  const loaded = await loadTenant(context, name);
  if (loaded.state !== 'active') throw new Failure('not-found', `there is no tenant ${name}`);
  return loaded;
}

/** The context in which the operators' own work is done. */
export function asOperator<Given extends Context>(context: Given): Given {
  return { ...context, tenant: OPERATOR_TENANT };
}
