import { createHash, randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { KeyQuery, KeyRecord, Keys } from '#ports/keys';

import { expectFailure, freshTenant } from './subject.ts';
import type { OpenSubject, Subject } from './subject.ts';

const CREATED = '2026-11-21T12:00:00.000Z';

function key(tenant: string, id: string = randomUUID(), facts: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id, tenant, name: 'ci', prefix: 'slc_abcd', hash: createHash('sha256').update(randomUUID()).digest('hex'), role: 'deployer', target: null,
    createdAt: CREATED, expiresAt: null, lastUsedAt: null, revokedAt: null, ...facts,
  };
}

/** What all stores of keys promise. */
export function keyContract(name: string, open: OpenSubject<Subject<Keys>>): void {
  describe(`keys: ${name}`, () => {
    let subject: Subject<Keys>;
    let keys: Keys;
    beforeAll(async () => {
      subject = await open();
      keys = subject.port;
    });
    afterAll(() => subject.close());

    it('finds a key by its hash across tenants, and by its id within its own', async () => {
      const stored = key(freshTenant(), randomUUID(), { role: 'agent', target: 'edge', expiresAt: '2027-01-01T00:00:00.000Z' });
      await keys.create(stored);
      expect(await keys.findByHash(stored.hash)).toEqual(stored);
      expect(await keys.get(stored.tenant, stored.id)).toEqual(stored);
      expect(await keys.findByHash('0'.repeat(64))).toBeUndefined();
    });

    it('refuses an id or a hash that is taken and leaves the first as it is', async () => {
      const stored = key(freshTenant());
      await keys.create(stored);
      await expectFailure(keys.create({ ...key(stored.tenant), id: stored.id }), 'conflict');
      await expectFailure(keys.create({ ...key(freshTenant()), hash: stored.hash }), 'conflict');
      expect(await keys.findByHash(stored.hash)).toEqual(stored);
      expect(await keys.list(stored.tenant, { limit: 10 })).toHaveLength(1);
    });

    it('counts those that are valid: neither revoked nor expired', async () => {
      const tenant = freshTenant();
      for (const id of ['k1', 'k2', 'k3']) await keys.create(key(tenant, id));
      await keys.create(key(tenant, 'k4', { expiresAt: '2099-01-01T00:00:00.000Z' }));
      await keys.create(key(tenant, 'k5', { revokedAt: CREATED }));
      await expectFailure(keys.create(key(tenant, 'k1')), 'conflict');
      expect(await keys.countValid(tenant, CREATED)).toBe(4);
      await keys.revoke(tenant, 'k2', '2026-11-21T13:00:00.000Z');
      await keys.revoke(tenant, 'k2', '2026-11-21T13:00:00.000Z');
      expect(await keys.countValid(tenant, CREATED)).toBe(3);
      expect(await keys.countValid(tenant, '2098-12-31T23:59:59.000Z')).toBe(3);
      expect(await keys.countValid(tenant, '2099-01-01T00:00:00.000Z')).toBe(2);
      expect(await keys.countValid(freshTenant(), CREATED)).toBe(0);
    });

    it('lists by id, page by page', async () => {
      const tenant = freshTenant();
      for (const id of ['k3', 'k1', 'k2']) await keys.create(key(tenant, id));
      expect((await keys.list(tenant, { limit: 2 })).map(({ id }) => id)).toEqual(['k1', 'k2']);
      expect((await keys.list(tenant, { limit: 2, after: 'k2' })).map(({ id }) => id)).toEqual(['k3']);
    });

    it('lists those of one role, or of one target, page by page', async () => {
      const tenant = freshTenant();
      for (const id of ['k5', 'k1', 'k3']) await keys.create(key(tenant, id, { role: 'agent', target: id === 'k3' ? 'rim' : 'edge' }));
      for (const id of ['k2', 'k4']) await keys.create(key(tenant, id));
      await keys.create(key(freshTenant(), 'k6', { role: 'agent', target: 'edge' }));
      const idsOf = async (query: KeyQuery) => (await keys.list(tenant, query)).map(({ id }) => id);
      expect(await idsOf({ filter: { index: 'role', value: 'deployer' }, limit: 10 })).toEqual(['k2', 'k4']);
      expect(await idsOf({ filter: { index: 'role', value: 'agent' }, limit: 2 })).toEqual(['k1', 'k3']);
      expect(await idsOf({ filter: { index: 'role', value: 'agent' }, limit: 2, after: 'k3' })).toEqual(['k5']);
      expect(await idsOf({ filter: { index: 'target', value: 'edge' }, limit: 1 })).toEqual(['k1']);
      expect(await idsOf({ filter: { index: 'target', value: 'edge' }, limit: 1, after: 'k1' })).toEqual(['k5']);
      expect(await idsOf({ filter: { index: 'role', value: 'viewer' }, limit: 10 })).toEqual([]);
    });

    it('revokes a valid key once', async () => {
      const stored = key(freshTenant());
      await keys.create(stored);
      expect(await keys.revoke(stored.tenant, stored.id, '2026-11-21T13:00:00.000Z')).toBe(true);
      expect(await keys.revoke(stored.tenant, stored.id, '2026-11-21T14:00:00.000Z')).toBe(false);
      expect(await keys.findByHash(stored.hash)).toMatchObject({ revokedAt: '2026-11-21T13:00:00.000Z' });
      expect(await keys.revoke(stored.tenant, 'unknown', CREATED)).toBe(false);
    });

    it('says of an expired key that it was not valid', async () => {
      const stored = key(freshTenant(), randomUUID(), { expiresAt: '2026-11-21T13:00:00.000Z' });
      await keys.create(stored);
      expect(await keys.revoke(stored.tenant, stored.id, '2026-11-21T13:00:00.000Z')).toBe(false);
    });

    it('notes the last use at most once a minute', async () => {
      const { tenant, id, ...rest } = key(freshTenant());
      await keys.create({ tenant, id, ...rest });
      const lastUse = async (at: string) => {
        await keys.touch(tenant, id, at);
        return (await keys.get(tenant, id))?.lastUsedAt;
      };
      expect(await lastUse('2026-11-21T12:00:00.000Z')).toBe('2026-11-21T12:00:00.000Z');
      expect(await lastUse('2026-11-21T12:00:59.000Z')).toBe('2026-11-21T12:00:00.000Z');
      expect(await lastUse('2026-11-21T12:01:00.000Z')).toBe('2026-11-21T12:01:00.000Z');
      await keys.touch(tenant, 'unknown', CREATED);
    });

    it('keeps tenants apart: the same id is another key, and nobody else\'s is read or changed', async () => {
      const [one, two] = [key(freshTenant(), 'same'), key(freshTenant(), 'same')];
      await keys.create(one);
      expect(await keys.get(two.tenant, 'same')).toBeUndefined();
      expect(await keys.list(two.tenant, { limit: 10 })).toEqual([]);
      expect(await keys.revoke(two.tenant, 'same', CREATED)).toBe(false);
      await keys.touch(two.tenant, 'same', CREATED);
      await keys.create(two);
      expect(await keys.get(one.tenant, 'same')).toEqual(one);
    });
  });
}
