import { describe, expect, it } from 'vitest';

import type { Deployment } from '../end-to-end/deployment.ts';
import type { Strategy } from '../end-to-end/shop.ts';
import { LONG_SECONDS } from '../end-to-end/until.ts';
import { withControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import { killAllTheWay } from './killed-way.ts';
import { RealShop } from './real-shop.ts';

type Row = {
  readonly strategy: Strategy;
  /** The waits on its way; `held` where a person has to make one, because the strategy has none. */
  readonly waits: readonly string[];
  /** In which of them the second deployment is aborted. */
  readonly abortAt: string;
  /** Whether clients are promised an answer at any time. */
  readonly servesAlways: boolean;
};

const rows: readonly Row[] = [
  {
    strategy: { type: 'canary', steps: [{ weightPercent: 50 }, { bakeSeconds: 1 }, { analysis: { template: 'errors' } }, { approval: {} }, { pause: {} }] },
    waits: ['waits bake', 'waits analyse', 'waits approve', 'waits pause'], abortAt: 'waits bake', servesAlways: true,
  },
  {
    strategy: { type: 'blue-green', automaticSwitch: false, postPromotionAnalysis: { template: 'errors' }, scaleDownDelaySeconds: 1 },
    waits: ['waits approve', 'waits analyse'], abortAt: 'waits analyse', servesAlways: true,
  },
  { strategy: { type: 'rolling', batchSize: 1 }, waits: ['held'], abortAt: 'held', servesAlways: true },
  { strategy: { type: 'recreate' }, waits: ['held'], abortAt: 'held', servesAlways: false },
];

type Victim = 'agent' | 'control plane';

const killing = (victim: Victim, plane: ControlPlane, shop: RealShop) => async () => {
  if (victim === 'control plane') return await plane.killAndRestart();
  await shop.kill();
  shop.restart();
};

const withoutNumbers = (places: readonly string[]) => places.map((place) => place.replace(/ \d+-/, ' '));

const endOf = async (deployment: Deployment) => {
  const { state, reason } = await deployment.ended(LONG_SECONDS);
  return [state, reason];
};

describe.concurrent.each<Victim>(['agent', 'control plane'])('under real traffic, if the %s is killed in every step and every wait', (victim) => {
  it.each(rows)('a deployment by $strategy.type ends as it should, there and back', async ({ strategy, waits, abortAt, servesAlways }) => await withControlPlane(async (plane, tenant) => {
    const shop = await RealShop.open(plane, tenant);
    await (await shop.deploy('1.0.0', strategy)).endsAs('Succeeded', LONG_SECONDS);
    const traffic = shop.traffic();
    const way = { kill: killing(victim, plane, shop), hold: waits.includes('held') };

    const there = await shop.deploy('1.1.0', strategy);
    const killedThere = withoutNumbers(await killAllTheWay(there, way));
    expect(await endOf(there)).toEqual(['Succeeded', expect.any(String)]);
    expect(killedThere).toEqual(expect.arrayContaining([...waits, 'dispatched verify']));
    await traffic.isServedBy('1.1.0');

    const back = await shop.deploy('1.0.0', strategy);
    const killedBack = withoutNumbers(await killAllTheWay(back, { ...way, abortAt }));
    expect(await endOf(back)).toEqual(['Aborted', expect.stringContaining('in the middle of it')]);
    expect(killedBack).toEqual(expect.arrayContaining([abortAt, 'dispatched restore']));
    await traffic.isServedBy('1.1.0');

    const seen = await traffic.stop();
    expect(servesAlways ? seen.failures : []).toEqual([]);
    expect(seen.requests).toBeGreaterThan(200);
  }));
});
