import type { SecretValues } from '#aws/secret-values';
import type { LeavingTenant, TenantResource } from '#contracts/tenant-resource';

import { isLetIn, keptKey, newKey, revoke } from './admin-key.ts';
import { claimTenant } from './claim-tenant.ts';
import { ignoring, operatorOf } from './operator.ts';

/** A request of CloudFormation's. Its id, a UUID, stays the same when the request comes again. `isOurs` says that the resource has made this tenant before, with the control plane at this address. */
type Registering = { readonly secrets: SecretValues; readonly properties: TenantResource; readonly requestId: string; readonly isOurs: boolean };

/** Whether a resource has made this tenant before: it must have the same name and be at the same address, since another address may be another control plane, with a tenant of the same name that is somebody else's. */
export function hasMade({ physicalId, oldUrl }: { readonly physicalId: string | undefined; readonly oldUrl: unknown }, { Tenant: tenant, Url: url }: Pick<TenantResource, 'Tenant' | 'Url'>): boolean {
  return physicalId === physicalIdOf(tenant) && oldUrl === url;
}

/** Which tenant a resource is; what has another id was never made, and CloudFormation only clears it away. */
export function physicalIdOf(tenant: string): string {
  return `tenant/${tenant}`;
}

/**
 * Makes the tenant and, unless the secret holds one that works, its admin key, and puts that into the secret. Repeating it changes nothing.
 * @throws Error when the tenant is somebody else's and is not to be adopted
 */
export async function registerTenant({ secrets, properties, requestId, isOurs }: Registering): Promise<void> {
  const { Tenant: tenant, Url: url, AdminKeySecret: secret } = properties;
  const operator = await operatorOf(secrets, properties);
  if (!isOurs) await claimTenant({ secrets, properties, operator });
  await operator.putTenant({ params: { name: tenant }, body: {} });
  const kept = await keptKey(secrets, secret);
  const working = kept !== undefined && (await isLetIn(kept.key, properties)) ? kept : undefined;
  if (working?.url === url) return;
  const { keyId, key } = working ?? (await newKey(operator, tenant, requestId));
  await secrets.put({ id: secret, value: JSON.stringify({ tenant, url, keyId, key }), token: requestId });
  if (kept !== undefined && kept.keyId !== keyId) await revoke(kept);
}

/** Deletes the tenant if that was asked for; else revokes the key in the secret, since the secret goes too. The tenant's records are kept either way. */
export async function leaveTenant({ secrets, properties }: { readonly secrets: SecretValues; readonly properties: LeavingTenant }): Promise<void> {
  const { Tenant: tenant, AdminKeySecret: secret } = properties;
  if (properties.OnDelete === 'delete') return await ignoring(['not-found'], (await operatorOf(secrets, properties)).deleteTenant({ params: { name: tenant } }));
  const kept = await keptKey(secrets, secret);
  if (kept?.tenant === tenant) await revoke(kept);
}
