import { afterEach, beforeEach, expect, it } from 'vitest';

import { TENANTS_AT_ONCE } from '#application/sweep/each-tenant';
import { Failure } from '#contracts/errors';
import type { Ports } from '#ports/ports';

import { QuietSystem } from '../quiet-system.ts';

const TENANTS = ['acme', 'default', 'zebra'];

let system: QuietSystem;
beforeEach(async () => {
  system = await QuietSystem.open();
  for (const name of TENANTS) await system.call('putTenant', { params: { name } }, { role: 'operator', tenant: 'operator' });
});
afterEach(async () => { await system.close(); });

/** The ports with read models that cannot be listed for one tenant; they note for whom they were asked, each tenant once. */
function failingFor(broken: string, asked: { add(tenant: string): unknown }): Ports {
  const { ports } = system.engine;
  const { readModels } = ports;
  return { ...ports, readModels: {
    get: async (...given) => await readModels.get(...given), put: async (...given) => await readModels.put(...given), replace: async (...given) => await readModels.replace(...given), remove: async (...given) => await readModels.remove(...given), erase: async (...given) => await readModels.erase(...given), count: async (...given) => await readModels.count(...given),
    list: async (tenant, ...given) => {
      if (tenant !== 'operator') asked.add(tenant);
      return tenant === broken ? await Promise.reject(new Failure('unavailable', 'busy')) : await readModels.list(tenant, ...given);
    },
  } };
}

/** The ports with events that note which deployments were read. */
function lookingAt(looked: Set<string>): Ports {
  const { ports } = system.engine;
  const { events } = ports;
  return { ...ports, events: {
    append: async (...given) => await events.append(...given), readLast: async (...given) => await events.readLast(...given), readFeed: async (...given) => await events.readFeed(...given), feedEnd: async (...given) => await events.feedEnd(...given),
    read: async (stream, ...given) => {
      if (stream.stream.startsWith('deployment/')) looked.add(`${stream.tenant} ${stream.stream}`);
      return await events.read(stream, ...given);
    },
  } };
}

it.each(['sweep', 'expire'] as const)('the schedule %s gives all tenants their turn though it fails for one, whoever is first', async (schedule) => {
  for (const broken of TENANTS) {
    const asked = new Set<string>();
    const failed = await system.engine.handlers.schedules[schedule](system.context('operator', failingFor(broken, asked))).catch((error: unknown) => error);
    expect(failed).toMatchObject({ errors: [{ code: 'unavailable' }] });
    expect([...asked].toSorted()).toEqual(TENANTS);
  }
});

it('the tenants\' order is another one each minute', async () => {
  const orders: string[] = [];
  for (let minute = 0; minute < TENANTS.length; minute += 1) {
    const asked = new Set<string>();
    await system.engine.handlers.schedules.expire(system.context('operator', failingFor('none', asked)));
    orders.push([...asked].join(' '));
    system.time.advance(60);
  }
  expect(orders.toSorted()).toEqual(['acme default zebra', 'default zebra acme', 'zebra acme default']);
});

it('a sweep that has used up its time leaves the rest to the next one, which begins with them', async () => {
  const more = Array.from({ length: 24 }, (_, index) => `more-${String(index).padStart(2, '0')}`);
  for (const name of more) await system.call('putTenant', { params: { name } }, { role: 'operator', tenant: 'operator' });
  const names = [...TENANTS, ...more].toSorted();
  const rounds: (readonly string[])[] = [];
  for (let round = 0; round < 4; round += 1) {
    const asked = new Set<string>();
    // Each tenant takes half a minute.
    const slow = failingFor('none', { add: (tenant) => {
      if (!asked.has(tenant)) system.time.advance(30);
      asked.add(tenant);
    } });
    await system.engine.handlers.schedules.sweep(system.context('operator', slow));
    rounds.push([...asked]);
  }
  const first = names.indexOf(rounds[0]?.[0] ?? '');
  expect(rounds.map(({ length }) => length)).toEqual(Array.from({ length: 4 }, () => TENANTS_AT_ONCE));
  expect(rounds.flat()).toEqual(Array.from({ length: 4 * TENANTS_AT_ONCE }, (_, index) => names[(first + index) % names.length]));
});

it('a sweep looks at so many deployments and no more, and each has its turn', async () => {
  const { leases } = system.engine.ports;
  const ids = (tenant: string) => Array.from({ length: 300 }, (_, index) => `dep_${tenant}${String(index).padStart(3, '0')}`);
  for (const tenant of TENANTS) for (const deployment of ids(tenant)) await leases.enqueue(tenant, { deployment, application: 'shop', environment: 'production', targets: [], priority: 0, at: '2026-11-21T12:00:00.000Z' });
  const seen = new Map<string, number>();
  let most = 0;
  for (let minute = 0; minute < 6; minute += 1) {
    const looked = new Set<string>();
    await system.engine.handlers.schedules.sweep(system.context('operator', lookingAt(looked)));
    most = Math.max(most, looked.size);
    for (const id of looked) seen.set(id, (seen.get(id) ?? 0) + 1);
    system.time.advance(60);
  }
  expect(most).toBe(500);
  expect(seen.size).toBe(900);
});
