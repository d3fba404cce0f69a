import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { checkpointOf, sealMoved } from '#aws/checkpoints';
import type { Moved } from '#aws/checkpoints';
import { VirtualTime } from '#test/standalone/virtual-time';

import { appended, openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';

/** How many tenants are sealed in one round, and a count that needs three. */
const ROUND = 100;
const MANY = 250;

let opened: Installation;
let time: VirtualTime;
let asked: string[];
let atOnce: number;
let most: number;
beforeAll(async () => { opened = await openInstallation(); });
afterAll(() => opened.close());
beforeEach(() => {
  time = new VirtualTime();
  [asked, atOnce, most] = [[], 0, 0];
});

/** A tenant for each number, of whom one event was appended. */
async function movedTenants(prefix: string, count: number): Promise<readonly Moved[]> {
  const tenants = Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(3, '0')}`);
  for (let from = 0; from < count; from += 25) await Promise.all(tenants.slice(from, from + 25).map(async (tenant) => await appended(opened, { tenant, stream: 'sweep/a' }, 1)));
  return tenants.map((tenant) => ({ tenant, stream: 'sweep/a', version: 1 }));
}

/** Seals what moved; each tenant's key takes so many seconds of the clock. */
async function seal(moved: readonly Moved[], seconds = 0): Promise<boolean> {
  const { events, state, readModels } = opened;
  return await sealMoved({ events, state, clock: time, readModels, dataKeyOf: async (tenant) => {
    asked.push(tenant);
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise((resolve) => { setImmediate(resolve); });
    atOnce -= 1;
    time.advance(seconds);
    return new Uint8Array(32).fill(7);
  } }, moved);
}

const checkpointsOf = async (tenant: string) => (await opened.state.query(`${tenant}#checkpoint`)).map(checkpointOf);
const sealedAmong = async (moved: readonly Moved[]) => {
  const counts = await Promise.all(moved.map(async ({ tenant }) => (await checkpointsOf(tenant)).length));
  return moved.filter((_one, index) => (counts[index] ?? 0) > 0).map(({ tenant }) => tenant);
};

describe('checkpoints of many tenants', () => {
  it('are made for several at once, and the operator\'s name each', async () => {
    const moved = await movedTenants('side', MANY);
    expect(await seal(moved)).toBe(true);
    expect(await sealedAmong(moved)).toEqual(moved.map(({ tenant }) => tenant));
    expect(most).toBeGreaterThan(5);
    expect(most).toBeLessThanOrEqual(20);
    const named = (await checkpointsOf('operator')).flatMap(({ heads }) => heads.map(({ stream }) => stream)).filter((stream) => stream.startsWith('checkpoints/side-'));
    expect(named.toSorted()).toEqual(moved.map(({ tenant }) => `checkpoints/${tenant}`));
  });

  it('are left when their time is over, and begin with those who were left', async () => {
    const moved = await movedTenants('late', MANY);
    const rounds: (readonly string[])[] = [];
    for (let sweep = 0; sweep < 3; sweep += 1) {
      const before = new Set(await sealedAmong(moved));
      // A hundred keys take twenty seconds.
      expect(await seal(moved, 0.2)).toBe(true);
      rounds.push((await sealedAmong(moved)).filter((tenant) => !before.has(tenant)));
      time.advance(60);
    }
    const names = moved.map(({ tenant }) => tenant);
    expect(rounds).toEqual([names.slice(0, ROUND), names.slice(ROUND, 2 * ROUND), names.slice(2 * ROUND)]);
    const last = await opened.readModels.get('operator', 'sweep', 'checkpoints');
    expect(last).toBeUndefined();
  });

  it('are as ever where one round is enough: nobody is left, whatever it takes', async () => {
    const moved = await movedTenants('few', 5);
    expect(await seal(moved, 60)).toBe(true);
    expect(await sealedAmong(moved)).toHaveLength(5);
    asked.length = 0;
    expect(await seal(moved)).toBe(true);
    expect(asked).toEqual([]);
  });

  it('are one for each tenant, also where two sweeps make them at the same time', async () => {
    const moved = await movedTenants('both', 30);
    await Promise.all([seal(moved), seal(moved)]);
    expect(await seal(moved)).toBe(true);
    const all = await Promise.all(moved.map(async ({ tenant }) => await checkpointsOf(tenant)));
    expect(all.map((own) => own.map(({ number }) => number))).toEqual(moved.map(() => [1]));
  });
});
