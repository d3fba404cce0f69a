import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { SecretValues } from '#aws/secret-values';
import { createClient } from '#client/client';
import { adminKeySecret, leavingTenant, tenantResource } from '#contracts/tenant-resource';
import type { TenantResource } from '#contracts/tenant-resource';
import { leaveTenant, registerTenant } from '#functions/runtime/tenant';
import { hasMade } from '#functions/runtime/tenant-identity';

import { startRealServer } from '../cli/real-server.ts';
import type { RealServer } from '../cli/real-server.ts';

let server: RealServer;
beforeAll(async () => { server = await startRealServer(); });
afterAll(async () => { await server.close(); });

/** Secrets as Secrets Manager keeps them: a value that comes again with its token is put once, another value with it is refused. */
class KeptSecrets implements SecretValues {
  readonly values = new Map<string, string>();
  readonly puts: string[] = [];
  readonly #tokens = new Map<string, string>();
  /** Which texts a put fails for, as a function that ends before its put has come through. */
  refuses: (value: string) => boolean = () => false;

  async read(id: string): Promise<string | undefined> {
    return await Promise.resolve(this.values.get(id));
  }

  async put({ id, value, token }: { readonly id: string; readonly value: string; readonly token: string }): Promise<void> {
    if (this.refuses(value)) throw new Error('the function has ended');
    const before = this.#tokens.get(token);
    if (before !== undefined && before !== value) throw new Error('ResourceExistsException');
    this.#tokens.set(token, value);
    this.values.set(id, value);
    this.puts.push(id);
    await Promise.resolve();
  }
}

/** A stack with a tenant: its secrets, and what CloudFormation asks of the function. */
function stack(name: string, given: Partial<TenantResource> = {}, operatorKey = server.operatorKey) {
  const secrets = new KeptSecrets();
  secrets.values.set('operator', operatorKey);
  secrets.values.set('admin', 'the random text that a new secret has');
  const properties = (more: Partial<TenantResource> = {}): TenantResource => ({ Tenant: name, Url: server.url, OperatorKeySecret: 'operator', AdminKeySecret: 'admin', OnDelete: 'keep', Adopt: 'false', ...given, ...more });
  return {
    secrets,
    register: async (more: Partial<TenantResource> = {}, requestId: string = randomUUID()) => await registerTenant({ secrets, properties: properties(more), requestId, isOurs: false }),
    update: async () => await registerTenant({ secrets, properties: properties(), requestId: randomUUID(), isOurs: true }),
    leave: async (more: Partial<TenantResource> = {}) => await leaveTenant({ secrets, properties: leavingTenant.parse(properties(more)) }),
    kept: () => adminKeySecret.parse(JSON.parse(secrets.values.get('admin') ?? '')),
  };
}

const whoIs = async (key: string) => await createClient({ url: server.url, key, maximumAttempts: 1 }).getService().then(({ tenant, role }) => `${tenant}, ${role}`, (error: unknown) => String(error));
const operator = () => createClient({ url: server.url, key: server.operatorKey });

describe('the function that registers tenants', () => {
  it('makes the tenant and puts a working admin key into the secret', async () => {
    const { register, kept } = stack('north');
    await register();
    expect(kept()).toMatchObject({ tenant: 'north', url: server.url });
    expect(await whoIs(kept().key)).toBe('north, admin');
  });

  it('takes an operator key that is kept as JSON', async () => {
    const { register, kept } = stack('north-json', {}, JSON.stringify({ key: server.operatorKey, note: 'ours' }));
    await register();
    expect(await whoIs(kept().key)).toBe('north-json, admin');
  });

  it('changes nothing when it is asked again', async () => {
    const { register, kept, secrets } = stack('east');
    await register();
    const before = kept();
    await register();
    expect(kept()).toEqual(before);
    expect(secrets.puts).toEqual(['admin', 'admin']);
  });

  it('completes what the same request has begun: the tenant was made, its key too, but not put into the secret', async () => {
    const { register, kept, secrets } = stack('east-again');
    const requestId = randomUUID();
    secrets.refuses = (value) => value.includes('slk_');
    await expect(register({}, requestId)).rejects.toThrow('the function has ended');
    expect((await operator().getTenant({ params: { name: 'east-again' } })).name).toBe('east-again');
    secrets.refuses = () => false;
    await register({}, requestId);
    expect(await whoIs(kept().key)).toBe('east-again, admin');
    expect((await createClient({ url: server.url, key: kept().key }).listKeys({})).items).toHaveLength(1);
  });

  it('refuses a tenant that is there already, and leaves its secret alone', async () => {
    await operator().putTenant({ params: { name: 'taken' }, body: {} });
    const { register, secrets } = stack('taken');
    await expect(register()).rejects.toThrow('there is a tenant taken already, which this stack has not made: choose another name, or say "adopt: true"');
    expect(secrets.puts).toEqual([]);
  });

  it('takes over a tenant that is there already when that is asked for', async () => {
    await operator().putTenant({ params: { name: 'adopted' }, body: {} });
    const { register, kept } = stack('adopted', { Adopt: 'true' });
    await register();
    expect(await whoIs(kept().key)).toBe('adopted, admin');
  });

  it('keeps the key of the former tenant while the new one\'s name is refused', async () => {
    await operator().putTenant({ params: { name: 'taken-by-others' }, body: {} });
    const { register, kept } = stack('former');
    await register();
    await expect(register({ Tenant: 'taken-by-others' })).rejects.toThrow('already');
    expect(await whoIs(kept().key)).toBe('former, admin');
  });

  it('makes a new key when the one in the secret was revoked', async () => {
    const { register, update, kept, secrets } = stack('south');
    await register();
    const { key, keyId } = kept();
    await createClient({ url: server.url, key }).revokeKey({ params: { id: keyId } });
    // Somebody has written something else into the secret; that the resource has made the tenant, its id still says.
    secrets.values.set('admin', 'lost');
    await update();
    expect(kept().keyId).not.toBe(keyId);
    expect(await whoIs(kept().key)).toBe('south, admin');
  });

  it('keeps the key when only the address changes', async () => {
    const { register, kept } = stack('south-moved');
    await register();
    const { key } = kept();
    await register({ Url: `${server.url}/` });
    expect(kept()).toMatchObject({ url: `${server.url}/`, key });
  });

  it('takes over no tenant of the same name at another address', async () => {
    const other = await startRealServer();
    try {
      await createClient({ url: other.url, key: other.operatorKey }).putTenant({ params: { name: 'south-two' }, body: {} });
      const { register, secrets, kept } = stack('south-two');
      await register();
      const before = secrets.values.get('admin');
      secrets.values.set('operator', other.operatorKey);
      await expect(register({ Url: other.url })).rejects.toThrow('there is a tenant south-two already, which this stack has not made');
      expect(secrets.values.get('admin')).toBe(before);
      expect(await whoIs(kept().key)).toBe('south-two, admin');
    } finally {
      await other.close();
    }
  });

  it('takes over no tenant at another address than that at which the one before was begun', async () => {
    await operator().putTenant({ params: { name: 'south-begun' }, body: {} });
    const { register, secrets } = stack('south-begun');
    secrets.values.set('admin', JSON.stringify({ making: 'south-begun', at: 'https://sluice.example.com' }));
    await expect(register()).rejects.toThrow('there is a tenant south-begun already');
  });

  it.each([
    ['has made what has its name and its address', 'tenant/acme', 'https://sluice.example.com', true],
    ['has not made what has its name at another address', 'tenant/acme', 'https://other.example.com', false],
    ['has not made what has another name', 'tenant/other', 'https://sluice.example.com', false],
    ['has not made what says no address', 'tenant/acme', undefined, false],
  ])('%s', (_what, physicalId, oldUrl, expected) => {
    expect(hasMade({ physicalId, oldUrl }, { Tenant: 'acme', Url: 'https://sluice.example.com' })).toBe(expected);
  });

  it('revokes the key of the former tenant when the secret gets that of another', async () => {
    const { register, kept } = stack('west');
    await register();
    const { key } = kept();
    await register({ Tenant: 'west-two' });
    expect(await whoIs(kept().key)).toBe('west-two, admin');
    expect(await whoIs(key)).toContain('revoked');
  });

  it('leaves the tenant and revokes its key when the resource goes', async () => {
    const { register, leave, kept } = stack('centre');
    await register();
    await leave();
    expect(await whoIs(kept().key)).toContain('revoked');
    expect((await operator().getTenant({ params: { name: 'centre' } })).name).toBe('centre');
  });

  it('leaves alone what another tenant has in the secret by now', async () => {
    const { register, leave, kept } = stack('centre-one');
    await register({ Tenant: 'centre-two' });
    await leave();
    expect(await whoIs(kept().key)).toBe('centre-two, admin');
  });

  it('deletes the tenant when that was asked for, and does so twice without a fault', async () => {
    const { register, leave } = stack('gone', { OnDelete: 'delete' });
    await register();
    await leave();
    await leave();
    await expect(operator().getTenant({ params: { name: 'gone' } })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('says which secret holds no operator key', async () => {
    await expect(stack('nobody', {}, '').register()).rejects.toThrow('the secret operator holds no operator key');
  });

  it('sends no key to another host without TLS', async () => {
    await expect(stack('nobody').register({ Url: 'http://sluice.example.com' })).rejects.toMatchObject({ code: 'insecure-url' });
    expect(tenantResource.shape.Url.safeParse('http://sluice.example.com').error?.issues[0]?.message).toBe('must begin with https://, since keys are sent there');
    for (const url of ['https://sluice.example.com', 'http://127.0.0.1:4566/_aws', 'http://localhost:7700', 'http://[::1]:7700/']) expect(tenantResource.shape.Url.safeParse(url).success, url).toBe(true);
    for (const url of ['http://localhost.example.com', 'http://127.0.0.1.example.com/', 'ftp://127.0.0.1']) expect(tenantResource.shape.Url.safeParse(url).success, url).toBe(false);
  });
});
