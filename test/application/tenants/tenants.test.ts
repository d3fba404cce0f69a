import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Context } from '#application/context';
import { deleteTenant } from '#application/tenants/delete-tenant';
import { Failure } from '#contracts/errors';

import { QuietSystem } from '../quiet-system.ts';
import { putShop, requestShop } from '../resources/shop-documents.ts';

let system: QuietSystem;
const operator = { role: 'operator', tenant: 'operator' } as const;

beforeEach(async () => {
  system = await QuietSystem.open();
});

afterEach(async () => {
  await system.close();
});

const make = async (name: string) => await system.call('putTenant', { params: { name } }, operator);
const list = async () => (await system.call('listTenants', {}, operator)).items.map((one) => one.name);

describe('a tenant', () => {
  it('is made once, and answers the same to a repetition', async () => {
    const made = await make('acme');
    expect(made).toEqual({ name: 'acme', createdAt: '2026-11-21T12:00:00.000Z' });
    system.time.advance(60);
    expect(await make('acme')).toEqual(made);
    expect(await system.events('tenant/acme', 'operator')).toEqual([{ type: 'TenantCreated', payload: { name: 'acme', by: 'key-alice' } }]);
    expect(await list()).toEqual(['acme']);
  });

  it('is got with its version, and changed and deleted at that version only', async () => {
    expect(await system.refusal('getTenant', { params: { name: 'acme' } }, operator)).toMatchObject({ code: 'not-found' });
    expect(await system.refusal('putTenant', { params: { name: 'acme' } }, { ...operator, ifMatchVersion: 1 })).toMatchObject({ code: 'precondition-failed' });
    const made = await make('acme');
    expect(await system.answer('getTenant', { params: { name: 'acme' } }, operator)).toEqual({ body: made, version: 1 });
    expect(await system.answer('putTenant', { params: { name: 'acme' } }, { ...operator, ifMatchVersion: 1 })).toEqual({ body: made, version: 1 });
    expect(await system.refusal('deleteTenant', { params: { name: 'acme' } }, { ...operator, ifMatchVersion: 2 })).toMatchObject({ code: 'precondition-failed' });
    expect(await list()).toEqual(['acme']);
    expect(await system.call('deleteTenant', { params: { name: 'acme' } }, { ...operator, ifMatchVersion: 1 })).toBeNull();
    expect(await system.refusal('getTenant', { params: { name: 'acme' } }, operator)).toMatchObject({ code: 'not-found' });
  });

  it('is made once by several at the same moment', async () => {
    await Promise.all(['a', 'b', 'c'].map(async () => await make('acme')));
    expect(await system.events('tenant/acme', 'operator')).toHaveLength(1);
  });

  it.each(['operator', 'sluice'])('cannot have the reserved name %s', async (name) => {
    expect(await system.refusal('putTenant', { params: { name } }, operator)).toMatchObject({ code: 'rule-broken', detail: { errors: [{ field: 'params.name', value: name }] } });
  });

  it('is listed by what its name begins with, unless it was deleted', async () => {
    for (const name of ['acme', 'acme-east', 'acme-west', 'globex']) await make(name);
    await system.call('deleteTenant', { params: { name: 'acme-west' } }, operator);
    expect((await system.call('listTenants', { query: { prefix: 'acme' } }, operator)).items.map((one) => one.name)).toEqual(['acme', 'acme-east']);
  });

  it('is listed page by page in the order of names', async () => {
    for (const name of ['c', 'a', 'b']) await make(name);
    const first = await system.call('listTenants', { query: { limit: 2 } }, operator);
    const second = await system.call('listTenants', { query: { limit: 2, cursor: first.nextCursor } }, operator);
    expect([first.items.map((one) => one.name), second.items.map((one) => one.name)]).toEqual([['a', 'b'], ['c']]);
  });

  it('gets admin keys of its own from the operator', async () => {
    await make('acme');
    const { id, key } = await system.call('createTenantKey', { params: { name: 'acme' } }, operator);
    expect(await system.engine.ports.keys.get('acme', id)).toMatchObject({ name: 'admin', role: 'admin', tenant: 'acme' });
    expect(key).toMatch(/^slk_/);
    expect(await system.events(`key/${id}`, 'acme')).toMatchObject([{ type: 'ApiKeyCreated', payload: { by: 'key-alice' } }]);
    expect(await system.events(`key/${id}`, 'operator')).toEqual([]);
  });

  it('must exist to get a key', async () => {
    expect(await system.refusal('createTenantKey', { params: { name: 'acme' } }, operator)).toMatchObject({ code: 'not-found' });
    expect(await system.refusal('createTenantKey', { params: { name: 'operator' } }, operator)).toMatchObject({ code: 'not-found' });
  });
});

/** The operators' context, in which something happens just before the deletion is appended. */
function appending(before: () => Promise<void>): Context {
  const { ports } = system.engine;
  const { events } = ports;
  return system.context('operator', { ...ports, events: {
    read: async (...asked) => await events.read(...asked), readLast: async (...asked) => await events.readLast(...asked), readFeed: async (...asked) => await events.readFeed(...asked), feedEnd: async (...asked) => await events.feedEnd(...asked),
    append: async (append) => {
      if (append.stream === 'tenant/acme') await before();
      return await events.append(append);
    },
  } });
}

describe('deleting a tenant', () => {
  it('ends its keys, takes it off the list and keeps its name', async () => {
    await make('acme');
    await make('other');
    const ids: string[] = [];
    for (const name of ['admin', 'second']) ids.push((await system.call('createTenantKey', { params: { name: 'acme' }, body: { name } }, operator)).id);
    const kept = await system.call('createTenantKey', { params: { name: 'other' } }, operator);
    const closed: string[] = [];
    for (const keyId of ids) system.connections.add({ tenant: 'acme', keyId, announceWork: () => {}, close: () => { closed.push(keyId); } });
    expect(await system.call('deleteTenant', { params: { name: 'acme' } }, operator)).toBeNull();
    for (const id of ids) expect(await system.engine.ports.keys.get('acme', id)).toMatchObject({ revokedAt: '2026-11-21T12:00:00.000Z' });
    expect(await system.engine.ports.keys.get('other', kept.id)).toMatchObject({ revokedAt: null });
    expect(closed.toSorted()).toEqual(ids.toSorted());
    expect(await list()).toEqual(['other']);
    expect(await system.refusal('putTenant', { params: { name: 'acme' } }, operator)).toMatchObject({ code: 'rule-broken' });
    expect(await system.refusal('createTenantKey', { params: { name: 'acme' } }, operator)).toMatchObject({ code: 'not-found' });
    expect(await system.refusal('deleteTenant', { params: { name: 'acme' } }, operator)).toMatchObject({ code: 'not-found' });
  });

  it('ends more keys than fit on a page', async () => {
    await make('acme');
    for (let count = 0; count < 201; count += 1) await system.call('createTenantKey', { params: { name: 'acme' } }, operator);
    await system.call('deleteTenant', { params: { name: 'acme' } }, operator);
    const keys = await system.engine.ports.keys.list('acme', { limit: 300 });
    expect([keys.length, keys.filter((one) => one.revokedAt === null).length]).toEqual([201, 0]);
  });

  it('is refused while a deployment has not ended, and ends no key then', async () => {
    await make('acme');
    const { id } = await system.call('createTenantKey', { params: { name: 'acme' } }, operator);
    await putShop(system, { tenant: 'acme' });
    const deployment = await requestShop(system, '1.4.2', {}, { tenant: 'acme' });
    expect(await system.refusal('deleteTenant', { params: { name: 'acme' } }, operator)).toMatchObject({ code: 'in-use', detail: { context: { usedBy: [`deployment ${deployment}`] } } });
    expect(await system.engine.ports.keys.get('acme', id)).toMatchObject({ revokedAt: null });
    expect(await list()).toEqual(['acme']);
  });

  it('is done once by several at the same moment', async () => {
    await make('acme');
    const remove = async () => await system.call('deleteTenant', { params: { name: 'acme' } }, operator);
    const ended = await Promise.allSettled([remove(), remove(), remove()]);
    expect(ended.map((one) => (one.status === 'rejected' ? one.reason.code : 'deleted')).toSorted()).toEqual(['deleted', 'not-found', 'not-found']);
  });

  it('leaves no key that works when it ends half-way', async () => {
    await make('acme');
    const { id } = await system.call('createTenantKey', { params: { name: 'acme' } }, operator);
    await expect(deleteTenant(appending(async () => await Promise.reject(new Failure('unavailable', 'the process ended here'))), 'acme', 'key-alice')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await system.engine.ports.keys.get('acme', id)).toMatchObject({ revokedAt: expect.any(String) });
    expect(await list()).toEqual(['acme']);
    await system.call('deleteTenant', { params: { name: 'acme' } }, operator);
    expect(await list()).toEqual([]);
  });

  it('ends a key that was made meanwhile', async () => {
    await make('acme');
    const made: string[] = [];
    await deleteTenant(appending(async () => {
      made.push((await system.call('createTenantKey', { params: { name: 'acme' } }, operator)).id);
    }), 'acme', 'key-alice');
    expect(await system.engine.ports.keys.get('acme', made[0] ?? '')).toMatchObject({ revokedAt: expect.any(String) });
  });

  it('does not come back by an older event', async () => {
    await make('acme');
    await system.call('deleteTenant', { params: { name: 'acme' } }, operator);
    await system.project('tenant/acme', 'operator');
    expect(await list()).toEqual([]);
  });
});
