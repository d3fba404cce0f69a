import { afterEach, beforeEach, expect, it } from 'vitest';

import { TENANTS_AT_ONCE, eachTenant } from '#application/sweep/each-tenant';

import { QuietSystem } from '../quiet-system.ts';

let system: QuietSystem;
let names: readonly string[];
beforeEach(async () => {
  system = await QuietSystem.open();
  for (let index = 0; index < 24; index += 1) await system.call('putTenant', { params: { name: `team-${String(index).padStart(2, '0')}` } }, { role: 'operator', tenant: 'operator' });
  const listed = await system.engine.ports.readModels.list('operator', 'tenants', { limit: 100 });
  names = listed.map(({ key }) => key);
});
afterEach(async () => { await system.close(); });

/** Goes round once, a minute after the last time; `act` is told the tenant. Answers for whom it was called, in their order, how many others were under way beside each at its end, and how many at once at the most. */
async function round(act: (tenant: string) => { readonly isLeft?: boolean; readonly error?: Error } = () => ({}), mayGoOn: (begun: number) => boolean = () => true) {
  const begun: string[] = [];
  const beside = new Map<string, number>();
  let [under, most] = [0, 0];
  system.time.advance(60);
  const failed = await eachTenant(system.context('operator'), { name: 'test', mayGoOn: () => mayGoOn(begun.length), act: async ({ tenant }) => {
    begun.push(tenant);
    under += 1;
    most = Math.max(most, under);
    await new Promise((resolve) => { setImmediate(resolve); });
    beside.set(tenant, under - 1);
    under -= 1;
    const { error, ...rest } = act(tenant);
    if (error !== undefined) throw error;
    return { errors: [], ...rest };
  } }).catch((error: unknown) => error);
  return { begun, beside, most, failed };
}

it('the operators\' own tenant is first and alone, and the others have their turns some at once, each one', async () => {
  const { begun, beside, most } = await round();
  expect([begun[0], beside.get('operator')]).toEqual(['operator', 0]);
  expect(begun.slice(1).toSorted()).toEqual(names);
  expect(most).toBe(TENANTS_AT_ONCE);
});

it('one that fails keeps no other from its turn, and all that went wrong is told', async () => {
  const { begun, failed } = await round((tenant) => (tenant === 'team-03' || tenant === 'team-20' ? { error: new Error(tenant) } : {}));
  expect(begun).toHaveLength(names.length + 1);
  expect(failed).toMatchObject({ errors: [{ message: expect.stringContaining('team-') }, { message: expect.stringContaining('team-') }] });
});

it('the next round begins with the first for whom there was no room, whether it began or not', async () => {
  await round(() => ({}), (begun) => begun < 6);
  const second = await round((tenant) => ({ isLeft: tenant === 'team-09' || tenant === 'team-12' }));
  const first = second.begun.slice(1);
  expect(first).toHaveLength(names.length);
  const third = await round();
  expect(third.begun[1]).toBe(first.find((tenant) => tenant === 'team-09' || tenant === 'team-12'));
});

it('who was not begun in one round is first in the next, so that two halves are a whole', async () => {
  const half = async () => (await round(() => ({}), (begun) => begun <= names.length / 2)).begun.slice(1);
  const [one, two] = [await half(), await half()];
  expect(new Set([...one, ...two])).toEqual(new Set(names));
});
