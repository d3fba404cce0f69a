import type { OperationHandlers } from '#application/handlers';
import { makeKey } from '#application/keys/create-key';
import { beginning, readPage } from '#application/read-page';
import { createTenant } from '#application/tenants/create-tenant';
import { deleteTenant } from '#application/tenants/delete-tenant';
import { OPERATOR_TENANT, requireTenant } from '#application/tenants/load-tenant';
import { ACTIVE, parseTenantDocument } from '#application/tenants/tenant-document';

/** The use cases behind the routes of tenants, for operators. They make a tenant's keys and see nothing of what is the tenant's. */
export const tenantOperations: Pick<OperationHandlers, 'putTenant' | 'getTenant' | 'listTenants' | 'deleteTenant' | 'createTenantKey'> = {
  putTenant: async (context, { params }) => {
    const { view, version } = await createTenant(context, params.name, context.caller.keyId);
    return { body: view, version };
  },
  getTenant: async (context, { params }) => {
    const { view, version } = await requireTenant(context, params.name);
    return { body: view, version };
  },
  listTenants: async (context, { query }) => {
    const { items, more } = await readPage(query, { read: async (page) => await context.ports.readModels.list(OPERATOR_TENANT, 'tenants', { filter: ACTIVE, ...page, ...beginning(query) }), placeOf: (one) => one.key });
    return { body: { items: items.map(parseTenantDocument), ...more } };
  },
  deleteTenant: async (context, { params }) => {
    await deleteTenant(context, params.name, context.caller.keyId);
    return { body: null };
  },
  createTenantKey: async (context, { params, body }) => {
    await requireTenant(context, params.name);
    return { body: await makeKey({ ...context, tenant: params.name }, { name: body.name, role: 'admin', by: context.caller.keyId }) };
  },
};
