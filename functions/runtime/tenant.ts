import type * as z from 'zod';

import type { SecretValues } from '#aws/secret-values';
import { createClient } from '#client/client';
import type { SluiceClient } from '#client/client';
import { SluiceError } from '#client/sluice-error';
import { adminKeySecret } from '#contracts/tenant-resource';
import type { TenantResource } from '#contracts/tenant-resource';

/** A request of CloudFormation's; its id, a UUID, stays the same when the request comes again. */
type Asked = { readonly secrets: SecretValues; readonly properties: TenantResource; readonly requestId: string };

/** What the secret holds once there is a key. */
type KeptKey = z.infer<typeof adminKeySecret>;

/** A deploy waits for this, so a call is tried three times with 10 s each: with the pauses between, all calls end within the function's 120 s. */
const PATIENCE = { timeoutSeconds: 10, maximumAttempts: 3, userAgent: 'sluice-tenant-resource' } as const;

/** Makes the tenant and, unless the secret holds one that works, its admin key, and puts that into the secret. Repeating it changes nothing. */
export async function registerTenant({ secrets, properties, requestId }: Asked): Promise<void> {
  const { Tenant: tenant, Url: url, AdminKeySecret: secret } = properties;
  const operator = await operatorOf(secrets, properties);
  await operator.putTenant({ params: { name: tenant }, body: {} });
  const kept = await keptKey(secrets, properties);
  const working = kept !== undefined && (await isLetIn(kept.key, properties)) ? kept : undefined;
  if (working?.url === url) return;
  const { keyId, key } = working ?? (await newKey(operator, tenant, requestId));
  await secrets.put({ id: secret, value: JSON.stringify({ tenant, url, keyId, key }), token: requestId });
  if (kept !== undefined && kept.keyId !== keyId) await revoke(kept);
}

/** Deletes the tenant if that was asked for; else revokes the key in the secret, since the secret goes too. The tenant's records are kept either way. */
export async function leaveTenant({ secrets, properties }: Asked): Promise<void> {
  const { Tenant: tenant, OnDelete: onDelete } = properties;
  if (onDelete === 'delete') return await ignoring(['not-found'], (await operatorOf(secrets, properties)).deleteTenant({ params: { name: tenant } }));
  const kept = await keptKey(secrets, properties);
  if (kept?.tenant === tenant) await revoke(kept);
}

/** A key that is in no secret any more is good for nobody. What is revoked, or belongs to a control plane that is gone, needs no revoking. */
async function revoke({ url, key, keyId: id }: KeptKey): Promise<void> {
  await ignoring(['not-found', 'unauthenticated', 'unreachable'], createClient({ ...PATIENCE, url, key }).revokeKey({ params: { id } }));
}

/** The request's id makes it once, also when CloudFormation's request comes again. */
async function newKey(operator: SluiceClient, name: string, requestId: string): Promise<{ readonly keyId: string; readonly key: string }> {
  const { id, key } = await operator.createTenantKey({ params: { name }, body: { name: 'admin' } }, { idempotencyKey: requestId });
  return { keyId: id, key };
}

async function operatorOf(secrets: SecretValues, { Url: url, OperatorKeySecret: id }: TenantResource): Promise<SluiceClient> {
  const text = (await secrets.read(id))?.trim() ?? '';
  const given = parsed(text);
  const key = typeof given === 'object' && given !== null && 'key' in given && typeof given.key === 'string' ? given.key : text;
  if (key === '') throw new Error(`the secret ${id} holds no operator key`);
  return createClient({ ...PATIENCE, url, key });
}

/** Whether a key is an admin key of this tenant, at the address where the control plane is now. */
async function isLetIn(key: string, { Tenant: name, Url: url }: TenantResource): Promise<boolean> {
  try {
    const { tenant, role } = await createClient({ ...PATIENCE, url, key }).getService();
    return tenant === name && role === 'admin';
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'unauthenticated') return false;
    throw error;
  }
}

/** A new secret holds something else than a key: it is made with a random text. */
async function keptKey(secrets: SecretValues, { AdminKeySecret: id }: TenantResource) {
  return adminKeySecret.safeParse(parsed((await secrets.read(id)) ?? '')).data;
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
