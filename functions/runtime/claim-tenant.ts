import { randomUUID } from 'node:crypto';

import type { SecretValues } from '#aws/secret-values';
import type { SluiceClient } from '#client/client';
import { SluiceError } from '#client/sluice-error';
import { adminKeySecret, claimedTenant } from '#contracts/tenant-resource';
import type { TenantResource } from '#contracts/tenant-resource';

import { isLetIn } from './admin-key.ts';
import { parsedJson } from './parsed-json.ts';

type Claiming = { readonly secrets: SecretValues; readonly properties: TenantResource; readonly operator: SluiceClient };

/**
 * Notes in the secret that its resource is about to make the tenant, unless it says so or holds the tenant's key already. A tenant that is there
 * without such a note is somebody else's: who only mistyped a name must not get its admin key. Another address may be another control plane, whose
 * tenant of the same name is another one: what the secret says of it counts only for the address that it says it of, or if its key is let in there too.
 */
export async function claimTenant({ secrets, properties, operator }: Claiming): Promise<void> {
  const { Tenant: tenant, Url: url, AdminKeySecret: secret, Adopt: adopt } = properties;
  if (adopt === 'true') return;
  const held = parsedJson((await secrets.read(secret)) ?? '');
  const kept = adminKeySecret.safeParse(held).data;
  const claimed = claimedTenant.safeParse(held).data;
  if (claimed?.making === tenant && claimed.at === url) return;
  if (kept?.tenant === tenant && (kept.url === url || (await isLetIn(kept.key, properties)))) return;
  if (await isThere(operator, tenant)) throw new Error(`there is a tenant ${tenant} already, which this stack has not made: choose another name, or say "adopt: true" if it shall have an admin key of that tenant`);
  await secrets.put({ id: secret, value: JSON.stringify({ ...kept, making: tenant, at: url }), token: randomUUID() });
}

async function isThere(operator: SluiceClient, name: string): Promise<boolean> {
  try {
    await operator.getTenant({ params: { name } });
    return true;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not-found') return false;
    throw error;
  }
}
