import { createHmac } from 'node:crypto';

import type { Context } from '#application/context';
import { hashOf } from '#application/http/authenticate';
import { makeKey } from '#application/keys/create-key';

/**
 * Makes the first key of role `operator` when there has never been one, and answers its value; `undefined` when the first was another. The value is
 * derived from the master key, so that a deploy that failed between making the key and keeping its value is completed by the next.
 */
export async function firstOperatorKey(context: Context, masterKey: Uint8Array): Promise<string | undefined> {
  const { keys } = context.ports;
  const value = `slk_${createHmac('sha256', masterKey).update('first-operator-key').digest('base64url')}`;
  if ((await keys.findByHash(hashOf(value))) !== undefined) return value;
  const [known] = await keys.list(context.tenant, { limit: 1 });
  if (known !== undefined) return undefined;
  return (await makeKey(context, { name: 'operator', role: 'operator', by: 'sluice', value })).key;
}
