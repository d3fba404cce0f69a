import type { SecretValues } from '#aws/secret-values';
import type { LeavingTenant, TenantResource } from '#contracts/tenant-resource';

import { isLetIn, keptKey, newKey, revoke } from './admin-key.ts';
import { claimTenant } from './claim-tenant.ts';
import { ignoring, operatorOf } from './operator.ts';

/** A request of CloudFormation's. Its id, a UUID, stays the same when the request comes again. `isOurs` says that the resource has made this tenant before, with the control plane at this address. */
type Registering = { readonly secrets: SecretValues; readonly properties: TenantResource; readonly requestId: string; readonly isOurs: boolean };

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
