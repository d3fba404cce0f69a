import type { SecretValues } from '#aws/secret-values';
import { createClient } from '#client/client';
import type { SluiceClient } from '#client/client';
import { SluiceError } from '#client/sluice-error';
import type { TenantResource } from '#contracts/tenant-resource';

import { parsedJson } from './parsed-json.ts';

/** A deploy waits for this, so a call is tried three times with 10 s each: with the pauses between, all calls end within the function's 120 s. */
export const PATIENCE = { timeoutSeconds: 10, maximumAttempts: 3, userAgent: 'sluice-tenant-resource' } as const;

/** A client with the operator key that a secret holds, as text or as JSON. */
export async function operatorOf(secrets: SecretValues, { Url: url, OperatorKeySecret: id }: Pick<TenantResource, 'Url' | 'OperatorKeySecret'>): Promise<SluiceClient> {
  const text = (await secrets.read(id))?.trim() ?? '';
  const given = parsedJson(text);
  const key = typeof given === 'object' && given !== null && 'key' in given && typeof given.key === 'string' ? given.key : text;
  if (key === '') throw new Error(`the secret ${id} holds no operator key`);
  return createClient({ ...PATIENCE, url, key });
}

/** Waits for a call, and takes failures of these codes for success. */
export async function ignoring(codes: readonly string[], call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof SluiceError) || !codes.includes(error.code)) throw error;
  }
}
