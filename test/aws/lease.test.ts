import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DynamoLeases } from '#aws/lease';

import { freshDeployment, freshTenant } from '../contracts/subject.ts';
import { freshTables } from './tables.ts';
import type { FreshTables } from './tables.ts';

let made: FreshTables;
let leases: DynamoLeases;
beforeAll(async () => {
  made = await freshTables();
  leases = new DynamoLeases(made.state);
});
afterAll(() => made.close());

const keys = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => ({ target: `target-${String(from + index).padStart(3, '0')}`, application: 'shop' }));

describe('leases of more targets than one transaction has', () => {
  it('are taken all, answered in the order of the keys, and freed all', async () => {
    const [tenant, deployment] = [freshTenant(), freshDeployment()];
    const wanted = keys(0, 250).toReversed();
    const outcome = await leases.take(tenant, deployment, wanted);
    expect('taken' in outcome && outcome.taken.map(({ target }) => target)).toEqual(wanted.map(({ target }) => target));
    expect(await leases.heldBy(tenant, deployment)).toHaveLength(250);
    await leases.free(tenant, deployment, {});
    expect(await leases.listHeld(tenant)).toEqual([]);
  });

  it('are given back when one of them is another\'s', async () => {
    const [tenant, one, two] = [freshTenant(), freshDeployment(), freshDeployment()];
    await leases.take(tenant, one, keys(140, 141));
    expect(await leases.take(tenant, two, keys(0, 150))).toEqual({ heldBy: [one] });
    expect((await leases.listHeld(tenant)).map(({ holder }) => holder)).toEqual([one]);
  });

  it('go to one of several that want overlapping ones at once, and never to two', async () => {
    const tenant = freshTenant();
    const wishes = [keys(0, 120), keys(60, 180), keys(100, 240), keys(0, 240)].map((wanted) => ({ deployment: freshDeployment(), wanted }));
    const outcomes = await Promise.all(wishes.map(async ({ deployment, wanted }) => ({ deployment, wanted, outcome: await leases.take(tenant, deployment, wanted) })));
    const winners = outcomes.filter(({ outcome }) => 'taken' in outcome);
    expect(winners.length).toBeGreaterThan(0);
    const held = await leases.listHeld(tenant);
    expect(held.map(({ target, holder }) => `${target} ${holder ?? ''}`).toSorted()).toEqual(winners.flatMap(({ deployment, wanted }) => wanted.map(({ target }) => `${target} ${deployment}`)).toSorted());
  });

  it('are known as held as long as they are, also when they are freed while they are taken', async () => {
    for (let round = 0; round < 3; round += 1) {
      const [tenant, deployment] = [freshTenant(), freshDeployment()];
      const freeing = async () => {
        for (let times = 0; times < 4; times += 1) await leases.free(tenant, deployment, {});
      };
      await Promise.all([leases.take(tenant, deployment, keys(0, 200)).catch(() => undefined), freeing()]);
      const all = (await Promise.all(keys(0, 200).map(async ({ target }) => await leases.read(tenant, target)))).flat().filter(({ holder }) => holder !== null);
      expect((await leases.listHeld(tenant)).length).toBe(all.length);
      await leases.free(tenant, deployment, {});
      expect(await leases.listHeld(tenant)).toEqual([]);
      expect((await Promise.all(keys(0, 200).map(async ({ target }) => await leases.read(tenant, target)))).flat().filter(({ holder }) => holder !== null)).toEqual([]);
    }
  });
});
