import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Secrets } from '#ports/secrets';

import { expectFailure, freshTenant } from './subject.ts';
import type { OpenSubject, Subject } from './subject.ts';

const FIRST = '2026-11-21T12:00:00.000Z';
const SECOND = '2026-11-21T13:00:00.000Z';

/** What all stores of secrets promise. */
export function secretContract(name: string, open: OpenSubject<Subject<Secrets>>): void {
  describe(`secrets: ${name}`, () => {
    let subject: Subject<Secrets>;
    let secrets: Secrets;
    beforeAll(async () => {
      subject = await open();
      secrets = subject.port;
    });
    afterAll(() => subject.close());

    it('reveals what was set, whatever it is made of', async () => {
      const tenant = freshTenant();
      for (const value of ['hunter2', '', '\uFEFFwith a mark', 'line\nline\0', '🔑é', 'x'.repeat(100_000)]) {
        await secrets.set(tenant, 'token', value, FIRST);
        expect(await secrets.reveal(tenant, 'token')).toBe(value);
      }
      expect(await secrets.reveal(tenant, 'none')).toBeUndefined();
    });

    it('counts versions, keeps when it was made, and reveals the newest value', async () => {
      const tenant = freshTenant();
      expect(await secrets.set(tenant, 'token', 'one', FIRST)).toEqual({ name: 'token', version: 1, createdAt: FIRST, updatedAt: FIRST });
      expect(await secrets.set(tenant, 'token', 'two', SECOND)).toEqual({ name: 'token', version: 2, createdAt: FIRST, updatedAt: SECOND });
      expect(await secrets.facts(tenant, 'token')).toEqual({ name: 'token', version: 2, createdAt: FIRST, updatedAt: SECOND });
      expect(await secrets.reveal(tenant, 'token')).toBe('two');
    });

    it('counts those that a tenant has, however often they are set or removed', async () => {
      const tenant = freshTenant();
      expect(await secrets.count(tenant)).toBe(0);
      for (const secret of ['a', 'b', 'a', 'c']) await secrets.set(tenant, secret, 'value', FIRST);
      await Promise.all(['d', 'd', 'd'].map(async (secret) => await secrets.set(tenant, secret, 'value', FIRST)));
      expect(await secrets.count(tenant)).toBe(4);
      await Promise.all(['a', 'a', 'none'].map(async (secret) => await secrets.remove(tenant, secret)));
      expect(await secrets.count(tenant)).toBe(3);
      expect(await secrets.count(freshTenant())).toBe(0);
    });

    it('gives values set at the same time versions of their own', async () => {
      const tenant = freshTenant();
      const facts = await Promise.all(['a', 'b', 'c'].map((value) => secrets.set(tenant, 'token', value, FIRST)));
      expect(facts.map(({ version }) => version).sort()).toEqual([1, 2, 3]);
    });

    it('lists facts by name, page by page, and never a value', async () => {
      const tenant = freshTenant();
      for (const one of ['c', 'a', 'b']) await secrets.set(tenant, one, `value of ${one}`, FIRST);
      const page = await secrets.list(tenant, { limit: 2 });
      expect(page.map((one) => one.name)).toEqual(['a', 'b']);
      expect(JSON.stringify(page)).not.toContain('value of');
      expect((await secrets.list(tenant, { limit: 2, after: 'b' })).map((one) => one.name)).toEqual(['c']);
    });

    it('lists those whose names begin with a prefix, page by page', async () => {
      const tenant = freshTenant();
      for (const one of ['db', 'db-1', 'db-2', 'dc', 'api']) await secrets.set(tenant, one, 'x', FIRST);
      expect((await secrets.list(tenant, { prefix: 'db', limit: 2 })).map((one) => one.name)).toEqual(['db', 'db-1']);
      expect((await secrets.list(tenant, { prefix: 'db', limit: 2, after: 'db-1' })).map((one) => one.name)).toEqual(['db-2']);
      expect(await secrets.list(tenant, { prefix: 'e', limit: 2 })).toEqual([]);
    });

    it('writes and removes at the version that was asked for only, whatever happens at the same time', async () => {
      const tenant = freshTenant();
      await expectFailure(secrets.set(tenant, 'token', 'one', FIRST, { ifVersion: 1 }), 'version-conflict');
      expect(await secrets.facts(tenant, 'token')).toBeUndefined();
      await secrets.set(tenant, 'token', 'one', FIRST);
      const both = await Promise.allSettled(['two', 'three'].map((value) => secrets.set(tenant, 'token', value, SECOND, { ifVersion: 1 })));
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      await expectFailure(secrets.remove(tenant, 'token', { ifVersion: 1 }), 'version-conflict');
      expect(await secrets.facts(tenant, 'token')).toMatchObject({ version: 2 });
      expect(await secrets.remove(tenant, 'token', { ifVersion: 2 })).toBe(true);
    });

    it('begins with the version that was asked for, so that those of one that was removed do not come again', async () => {
      const tenant = freshTenant();
      expect(await secrets.set(tenant, 'token', 'one', FIRST, { firstVersion: 4 })).toMatchObject({ version: 4, createdAt: FIRST });
      expect(await secrets.set(tenant, 'token', 'two', SECOND, { firstVersion: 9 })).toMatchObject({ version: 5 });
      expect(await secrets.reveal(tenant, 'token')).toBe('two');
    });

    it('removes a secret with all its versions', async () => {
      const tenant = freshTenant();
      await secrets.set(tenant, 'token', 'one', FIRST);
      await secrets.set(tenant, 'token', 'two', SECOND);
      expect(await secrets.remove(tenant, 'token')).toBe(true);
      expect(await secrets.remove(tenant, 'token')).toBe(false);
      expect(await secrets.reveal(tenant, 'token')).toBeUndefined();
      expect(await secrets.facts(tenant, 'token')).toBeUndefined();
    });

    it('keeps tenants apart in every method', async () => {
      const [one, two] = [freshTenant(), freshTenant()];
      await secrets.set(one, 'token', 'of one', FIRST);
      expect(await secrets.reveal(two, 'token')).toBeUndefined();
      expect(await secrets.facts(two, 'token')).toBeUndefined();
      expect(await secrets.list(two, { limit: 10 })).toEqual([]);
      expect(await secrets.remove(two, 'token')).toBe(false);
      expect(await secrets.set(two, 'token', 'of two', FIRST)).toMatchObject({ version: 1 });
      expect(await secrets.reveal(one, 'token')).toBe('of one');
    });
  });
}
