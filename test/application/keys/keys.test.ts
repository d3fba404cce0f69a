import { createHash } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createAuthenticator } from '#application/http/authenticate';
import { defaultHttpSettings } from '#application/http/exchange';
import { createHttpMetrics } from '#application/http/http-metrics';
import { createMetrics } from '#application/http/metrics';

import { QuietSystem } from '../quiet-system.ts';
import { put, shop } from '../resources/shop-documents.ts';

let system: QuietSystem;

beforeEach(async () => {
  system = await QuietSystem.open();
});

afterEach(async () => {
  await system.close();
});

/** Opens a connection that notes when it is closed. */
function connect(keyId: string, tenant = 'default'): { readonly closedWith: number[] } {
  const closedWith: number[] = [];
  system.connections.add({ tenant, keyId, announceWork: () => {}, close: (code) => { closedWith.push(code); } });
  return { closedWith };
}

describe('a key', () => {
  it('is shown once, with a prefix to know it by', async () => {
    const { key, ...view } = await system.call('createKey', { body: { name: 'ci', role: 'deployer' } });
    expect(key).toMatch(/^slk_[A-Za-z0-9_-]{27,}$/);
    expect(view).toEqual({ id: expect.stringMatching(/^key-[0-9a-z]{26}$/), name: 'ci', prefix: key.slice(0, 8), role: 'deployer', target: null, createdAt: '2026-11-21T12:00:00.000Z', expiresAt: null, lastUsedAt: null, revokedAt: null });
    expect(await system.call('listKeys')).toEqual({ items: [view] });
  });

  it('is stored as its SHA-256 only', async () => {
    const { key, id } = await system.call('createKey', { body: { name: 'ci', role: 'deployer' } });
    const record = await system.engine.ports.keys.get('default', id);
    expect(record?.hash).toBe(createHash('sha256').update(key).digest('hex'));
    expect(JSON.stringify([record, await system.events(`key/${id}`), await system.call('listKeys')])).not.toContain(key);
  });

  it('is recorded with who made it', async () => {
    const { id } = await system.call('createKey', { body: { name: 'ci', role: 'deployer', expiresInDays: 30 } });
    expect(await system.events(`key/${id}`)).toEqual([{ type: 'ApiKeyCreated', payload: { key: id, name: 'ci', role: 'deployer', target: null, expiresAt: '2026-12-21T12:00:00.000Z', by: 'key-alice' } }]);
  });

  it('opens the outside until it expires', async () => {
    const { key, id } = await system.call('createKey', { body: { name: 'ci', role: 'viewer', expiresInDays: 1 } });
    const { authenticate } = createAuthenticator({ ports: system.engine.ports, rateLimits: { take: async () => 0, ask: async () => 0 }, metrics: createHttpMetrics(createMetrics()), settings: defaultHttpSettings });
    expect(await authenticate(`Bearer ${key}`, '192.0.2.1')).toMatchObject({ id, tenant: 'default', role: 'viewer' });
    system.time.advance(86_400);
    await expect(authenticate(`Bearer ${key}`, '192.0.2.1')).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('of an agent is bound to a target that exists', async () => {
    await put(system, shop.target('edge-1'));
    expect(await system.call('createKey', { body: { name: 'edge', role: 'agent', target: 'edge-1' } })).toMatchObject({ role: 'agent', target: 'edge-1' });
    expect(await system.refusal('createKey', { body: { name: 'edge', role: 'agent' } })).toMatchObject({ code: 'rule-broken', detail: { errors: [{ field: 'target', rule: 'is required for the role agent' }] } });
    expect(await system.refusal('createKey', { body: { name: 'edge', role: 'agent', target: 'edge-2' } })).toMatchObject({ code: 'unknown-reference', detail: { errors: [{ field: 'target', value: 'edge-2' }] } });
  });

  it('of another role is bound to no target', async () => {
    await put(system, shop.target('edge-1'));
    expect(await system.refusal('createKey', { body: { name: 'ci', role: 'deployer', target: 'edge-1' } })).toMatchObject({ code: 'rule-broken', detail: { errors: [{ field: 'target', value: 'edge-1' }] } });
    expect(await system.call('listKeys')).toEqual({ items: [] });
  });

  it('of an operator cannot be asked for', async () => {
    await expect(system.call('createKey', { body: { name: 'root', role: 'operator' } })).rejects.toMatchObject({ name: 'ZodError' });
  });

  it('is listed after those made before', async () => {
    const made: string[] = [];
    for (const name of ['z', 'a', 'm']) {
      made.push((await system.call('createKey', { body: { name, role: 'viewer' } })).id);
      system.time.advance(1);
    }
    const first = await system.call('listKeys', { query: { limit: 2 } });
    const second = await system.call('listKeys', { query: { limit: 2, cursor: first.nextCursor } });
    expect([...first.items, ...second.items].map((one) => one.id)).toEqual(made);
    expect(second.nextCursor).toBeUndefined();
  });
});

describe('the list of keys', () => {
  it('is narrowed by role, by target, and by both, in pages', async () => {
    for (const name of ['edge-1', 'edge-2']) await put(system, shop.target(name));
    for (const body of [{ role: 'agent', target: 'edge-1' }, { role: 'viewer' }, { role: 'agent', target: 'edge-2' }, { role: 'agent', target: 'edge-1' }, { role: 'viewer' }]) {
      await system.call('createKey', { body: { name: 'one', ...body } });
      system.time.advance(1);
    }
    const listed = async (query: object) => (await system.call('listKeys', { query })).items.map((one) => one.target ?? one.role);
    expect(await listed({ role: 'viewer' })).toEqual(['viewer', 'viewer']);
    expect(await listed({ role: 'agent' })).toEqual(['edge-1', 'edge-2', 'edge-1']);
    expect(await listed({ target: 'edge-1' })).toEqual(['edge-1', 'edge-1']);
    expect(await listed({ target: 'edge-1', role: 'agent' })).toEqual(['edge-1', 'edge-1']);
    expect(await listed({ target: 'edge-1', role: 'viewer' })).toEqual([]);
    const first = await system.call('listKeys', { query: { role: 'agent', limit: 2 } });
    expect((await system.call('listKeys', { query: { role: 'agent', limit: 2, cursor: first.nextCursor } })).items).toHaveLength(1);
  });
});

describe('revoking a key', () => {
  it('ends it and its connections, and records who did it', async () => {
    const { id } = await system.call('createKey', { body: { name: 'ci', role: 'deployer' } });
    const own = connect(id);
    const others = [connect('key-other'), connect(id, 'other')];
    system.time.advance(60);
    expect(await system.call('revokeKey', { params: { id } })).toBeNull();
    expect((await system.call('listKeys')).items).toMatchObject([{ id, revokedAt: '2026-11-21T12:01:00.000Z' }]);
    expect(own.closedWith).toEqual([4401]);
    expect(others.map((one) => one.closedWith)).toEqual([[], []]);
    expect((await system.events(`key/${id}`)).at(-1)).toEqual({ type: 'ApiKeyRevoked', payload: { key: id, by: 'key-alice' } });
  });

  it('is done at the version that If-Match names only, which is the one that the key was got with', async () => {
    const { id } = await system.call('createKey', { body: { name: 'ci', role: 'deployer' } });
    expect(await system.answer('getKey', { params: { id } })).toMatchObject({ version: 1, body: { id, name: 'ci', revokedAt: null } });
    expect(await system.refusal('revokeKey', { params: { id } }, { ifMatchVersion: 2 })).toMatchObject({ code: 'precondition-failed', detail: { context: { presentVersion: 1 } } });
    expect((await system.call('getKey', { params: { id } })).revokedAt).toBeNull();
    expect(await system.call('revokeKey', { params: { id } }, { ifMatchVersion: 1 })).toBeNull();
    expect(await system.answer('getKey', { params: { id } })).toMatchObject({ version: 2, body: { revokedAt: expect.any(String) } });
  });

  it('can be repeated, and is recorded once', async () => {
    const { id } = await system.call('createKey', { body: { name: 'ci', role: 'deployer' } });
    await system.call('revokeKey', { params: { id } });
    await system.call('revokeKey', { params: { id } });
    expect(await system.events(`key/${id}`)).toHaveLength(2);
  });

  it('is completed by a repetition when the first call ended in the middle', async () => {
    const { id } = await system.call('createKey', { body: { name: 'ci', role: 'deployer' } });
    await system.engine.ports.keys.revoke('default', id, system.time.in(0));
    const connection = connect(id);
    await system.call('revokeKey', { params: { id } });
    expect(connection.closedWith).toEqual([4401]);
    expect(await system.events(`key/${id}`)).toHaveLength(2);
  });

  it('does not reach another tenant\'s key', async () => {
    const { id } = await system.call('createKey', { body: { name: 'ci', role: 'deployer' } }, { tenant: 'other' });
    expect(await system.refusal('revokeKey', { params: { id } })).toMatchObject({ code: 'not-found' });
    expect(await system.refusal('getKey', { params: { id } })).toMatchObject({ code: 'not-found' });
    expect(await system.engine.ports.keys.get('other', id)).toMatchObject({ revokedAt: null });
  });
});
