import { afterEach, beforeEach, expect, it } from 'vitest';

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
function failingFor(broken: string, asked: Set<string>): Ports {
  const { ports } = system.engine;
  const { readModels } = ports;
  return { ...ports, readModels: {
    get: async (...given) => await readModels.get(...given), put: async (...given) => await readModels.put(...given), remove: async (...given) => await readModels.remove(...given), erase: async (...given) => await readModels.erase(...given),
    list: async (tenant, ...given) => {
      if (tenant !== 'operator') asked.add(tenant);
      return tenant === broken ? await Promise.reject(new Failure('unavailable', 'busy')) : await readModels.list(tenant, ...given);
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
