import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { putSecretValue, readSecretValue } from '#aws/secret-values';
import { createClient } from '#client/client';
import { SluiceError } from '#client/sluice-error';
import { adminKeySecret } from '#contracts/tenant-resource';
import type { TenantResource } from '#contracts/tenant-resource';

/** A request of CloudFormation's; its id, a UUID, stays the same when the request comes again. */
type Asked = { readonly secrets: SecretsManagerClient; readonly properties: TenantResource; readonly requestId: string };

/** A deploy waits for this, so a call is tried three times with 10 s each: with the pauses between, all calls end within the function's 120 s. */
const PATIENCE = { timeoutSeconds: 10, maximumAttempts: 3, userAgent: 'sluice-tenant-resource' } as const;

/** Makes the tenant and, unless the secret holds one that works, its admin key, and puts that into the secret. Repeating it changes nothing. */
export async function registerTenant({ secrets, properties, requestId }: Asked): Promise<void> {
  const { Tenant: tenant, Url: url, AdminKeySecret: secret } = properties;
  const operator = await operatorOf(secrets, properties);
  await operator.putTenant({ params: { name: tenant }, body: {} });
  if (await hasWorkingKey(secrets, properties)) return;
  const { id: keyId, key } = await operator.createTenantKey({ params: { name: tenant }, body: { name: 'admin' } }, { idempotencyKey: requestId });
  await putSecretValue(secrets, { id: secret, value: JSON.stringify({ tenant, url, keyId, key }), token: requestId });
}

/** Deletes the tenant if that was asked for; else revokes the key in the secret, since the secret goes too. The tenant's records are kept either way. */
export async function leaveTenant({ secrets, properties }: Asked): Promise<void> {
  const { Tenant: tenant, OnDelete: onDelete } = properties;
  if (onDelete === 'delete') return await ignoring(['not-found'], (await operatorOf(secrets, properties)).deleteTenant({ params: { name: tenant } }));
  const kept = await keptKey(secrets, properties);
  if (kept === undefined || kept.tenant !== tenant) return;
  await ignoring(['not-found', 'unauthenticated'], createClient({ ...PATIENCE, url: kept.url, key: kept.key }).revokeKey({ params: { id: kept.keyId } }));
}

async function operatorOf(secrets: SecretsManagerClient, { Url: url, OperatorKeySecret: id }: TenantResource) {
  const text = (await readSecretValue(secrets, id))?.trim() ?? '';
  const given = parsed(text);
  const key = typeof given === 'object' && given !== null && 'key' in given && typeof given.key === 'string' ? given.key : text;
  if (key === '') throw new Error(`the secret ${id} holds no operator key`);
  return createClient({ ...PATIENCE, url, key });
}

/** Whether the secret holds an admin key of this tenant at this address that is let in. */
async function hasWorkingKey(secrets: SecretsManagerClient, properties: TenantResource): Promise<boolean> {
  const kept = await keptKey(secrets, properties);
  if (kept === undefined || kept.tenant !== properties.Tenant || kept.url !== properties.Url) return false;
  try {
    const { tenant, role } = await createClient({ ...PATIENCE, url: kept.url, key: kept.key }).getService();
    return tenant === properties.Tenant && role === 'admin';
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'unauthenticated') return false;
    throw error;
  }
}

/** A new secret holds something else than a key: it is made with a random text. */
async function keptKey(secrets: SecretsManagerClient, { AdminKeySecret: id }: TenantResource) {
  return adminKeySecret.safeParse(parsed((await readSecretValue(secrets, id)) ?? '')).data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function ignoring(codes: readonly string[], call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof SluiceError) || !codes.includes(error.code)) throw error;
  }
}
