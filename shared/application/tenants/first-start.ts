import type { Context } from '#application/context';
import { hashOf } from '#application/http/authenticate';
import { makeKey } from '#application/keys/create-key';
import type { CreatedKey, NewKey } from '#application/keys/create-key';
import { createTenant } from '#application/tenants/create-tenant';
import { asOperator, loadTenant } from '#application/tenants/load-tenant';
import { Failure } from '#contracts/errors';

/** By whom events say that the system itself did something. */
const SYSTEM = 'sluice';

/** What can follow `Bearer` (RFC 6750 §2.1), and is not guessed in a moment. */
const CHOSEN_KEY = /^(?=.{8,512}$)[A-Za-z0-9\-._~+/]+=*$/;

/**
 * Makes the first key of role `operator` when there has never been one, and answers it; else `undefined`. Its value is known at this
 * moment only.
 */
export async function ensureOperatorKey(context: Context): Promise<CreatedKey | undefined> {
  return await firstKey(asOperator(context), { name: 'operator', role: 'operator', by: SYSTEM });
}

/**
 * Makes a tenant and its first admin key where they are missing, and answers what was made. With `adminKeyValue` the tenant has an admin
 * key of that value afterwards. Repeating it changes nothing; a tenant that was deleted and a key that was revoked stay so.
 * @throws Failure `rule-broken` for a value that no key can have or a reserved name; `conflict` for a value that is another tenant's key
 */
export async function ensureTenant(context: Context, name: string, options: { readonly adminKeyValue?: string | undefined } = {}): Promise<{ readonly created: boolean; readonly adminKey: CreatedKey | undefined }> {
  const { adminKeyValue } = options;
  if (adminKeyValue !== undefined && !CHOSEN_KEY.test(adminKeyValue)) throw new Failure('rule-broken', 'an admin key must be 8 to 512 letters, digits or the characters - . _ ~ + /');
  const { state } = await loadTenant(context, name);
  if (state === 'deleted') return { created: false, adminKey: undefined };
  await createTenant(context, name, SYSTEM);
  const own = { ...context, tenant: name };
  const asked: NewKey = { name: 'admin', role: 'admin', by: SYSTEM };
  const adminKey = adminKeyValue === undefined ? await firstKey(own, asked) : await keyOfValue(own, { ...asked, value: adminKeyValue });
  return { created: state === 'unknown', adminKey };
}

/** "Never" counts revoked keys too: who revokes all keys shall not find a new one printed at the next start. */
async function firstKey(context: Context, asked: NewKey): Promise<CreatedKey | undefined> {
  const [known] = await context.ports.keys.list(context.tenant, { limit: 1 });
  return known === undefined ? await makeKey(context, asked) : undefined;
}

async function keyOfValue(context: Context, asked: NewKey & { readonly value: string }): Promise<CreatedKey | undefined> {
  const known = await context.ports.keys.findByHash(hashOf(asked.value));
  if (known === undefined) return await makeKey(context, asked);
  if (known.tenant !== context.tenant || known.role !== asked.role) throw new Failure('conflict', 'the given admin key is in use as another key; choose another value');
  return undefined;
}
