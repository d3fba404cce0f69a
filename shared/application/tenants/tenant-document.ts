import type { Context } from '#application/context';
import { OPERATOR_TENANT } from '#application/tenants/load-tenant';
import { tenantView } from '#contracts/views';
import type { TenantView } from '#contracts/views';
import type { ReadModelDocument } from '#ports/read-model';

/** The value of the index under which tenants are listed; the mark of a deleted one is under none. */
export const ACTIVE = { index: 'state', value: 'active' } as const;

/** Brings a tenant into the list; an older version changes nothing. */
export async function showTenant(context: Context, view: TenantView, version: number): Promise<void> {
  await context.ports.readModels.put(OPERATOR_TENANT, 'tenants', { key: view.name, version, index: { [ACTIVE.index]: ACTIVE.value }, document: view });
}

/** Takes a deleted tenant out of the list. Its mark stays, so that an older event that comes again cannot bring it back. */
export async function hideTenant(context: Context, name: string, version: number): Promise<void> {
  await context.ports.readModels.put(OPERATOR_TENANT, 'tenants', { key: name, version, index: {}, document: null });
}

/** A tenant as the list has it. */
export function parseTenantDocument(found: ReadModelDocument): TenantView {
  return tenantView.parse(found.document);
}
