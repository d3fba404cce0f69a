import type * as z from 'zod';

import type { SecretValues } from '#aws/secret-values';
import { createClient } from '#client/client';
import type { SluiceClient } from '#client/client';
import { SluiceError } from '#client/sluice-error';
import { adminKeySecret } from '#contracts/tenant-resource';
import type { TenantResource } from '#contracts/tenant-resource';

import { PATIENCE, ignoring } from './operator.ts';
import { parsedJson } from './parsed-json.ts';

type KeptKey = z.infer<typeof adminKeySecret>;

/** The key in a secret. A new secret holds something else: it is made with a random text. */
export async function keptKey(secrets: SecretValues, id: string): Promise<KeptKey | undefined> {
  return adminKeySecret.safeParse(parsedJson((await secrets.read(id)) ?? '')).data;
}

/** The request's id makes it once, also when CloudFormation's request comes again. */
export async function newKey(operator: SluiceClient, name: string, requestId: string): Promise<{ readonly keyId: string; readonly key: string }> {
  const { id, key } = await operator.createTenantKey({ params: { name }, body: { name: 'admin' } }, { idempotencyKey: requestId });
  return { keyId: id, key };
}

/** Whether a key is an admin key of this tenant, at the address where the control plane is now. */
export async function isLetIn(key: string, { Tenant: name, Url: url }: Pick<TenantResource, 'Tenant' | 'Url'>): Promise<boolean> {
  try {
    const { tenant, role } = await createClient({ ...PATIENCE, url, key }).getService();
    return tenant === name && role === 'admin';
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'unauthenticated') return false;
    throw error;
  }
}

/** A key that is in no secret any more is good for nobody. What is revoked, or belongs to a control plane that is gone, needs no revoking. */
export async function revoke({ url, key, keyId: id }: KeptKey): Promise<void> {
  await ignoring(['not-found', 'unauthenticated', 'unreachable'], createClient({ ...PATIENCE, url, key }).revokeKey({ params: { id } }));
}
