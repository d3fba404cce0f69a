import { hashOf } from '#application/http/authenticate';
import { putResource } from '#application/resources/put-resource';
import { createTenant } from '#application/tenants/create-tenant';
import type { Role } from '#contracts/roles';
import { resource } from '#domain/resources/resource';

import type { ControlPlane } from './control-plane.ts';
import { bodyOf, keyOf } from './people.ts';
import type { TenantPlan } from './plan.ts';

/** Makes a tenant with its resources and keys, before anything can go wrong. */
export async function setUp(controlPlane: ControlPlane, tenant: TenantPlan, people: readonly string[]): Promise<void> {
  await createTenant(controlPlane.contextOf('operator', 'operator'), tenant.name, 'setup');
  const context = controlPlane.contextOf(tenant.name);
  for (const document of tenant.documents) {
    const { kind, name, application } = document;
    const path = application === undefined ? { kind, name } : { kind, name, application };
    await putResource(context, path, resource.parse(bodyOf(document)));
  }
  for (const name of people) await makeKey(controlPlane, tenant.name, { name, role: 'admin', target: null });
  for (const { name } of tenant.documents.filter((one) => one.kind === 'Target')) await makeKey(controlPlane, tenant.name, { name, role: 'agent', target: name });
}

async function makeKey(controlPlane: ControlPlane, tenant: string, { name, role, target }: { readonly name: string; readonly role: Role; readonly target: string | null }): Promise<void> {
  const createdAt = new Date(controlPlane.clock.now()).toISOString();
  await controlPlane.engine.ports.keys.create({ id: `key-${name}`, tenant, name, prefix: 'slk_', hash: hashOf(keyOf(tenant, name)), role, target, createdAt, expiresAt: null, lastUsedAt: null, revokedAt: null });
}
