import { describe, expect, it } from 'vitest';

import type { Strategy } from '../end-to-end/shop.ts';
import { LONG_SECONDS, until } from '../end-to-end/until.ts';
import { withControlPlane } from './control-plane.ts';
import { killAllTheWay } from './killed-way.ts';
import { RealShop } from './real-shop.ts';

const canary: Strategy = { type: 'canary', steps: [{ weightPercent: 50 }, { analysis: { template: 'errors' } }] };

describe.concurrent('an agent that is killed', () => {
  it('while a bad release is judged changes nothing about the judgement, and clients meet no failure but the release\'s own', async () => await withControlPlane(async (plane, tenant) => {
    const shop = await RealShop.open(plane, tenant);
    await (await shop.deploy('1.0.0', canary)).endsAs('Succeeded', LONG_SECONDS);
    const traffic = shop.traffic();
    const deployment = await shop.deploy('1.2.0', canary);
    const kill = async () => {
      await shop.kill();
      shop.restart();
    };
    expect(await killAllTheWay(deployment, { kill, hold: false })).toEqual(expect.arrayContaining([expect.stringContaining('-analyse'), 'dispatched restore']));
    const ended = await deployment.view();
    expect(ended).toMatchObject({ state: 'RolledBack', verdicts: [{ verdict: 'Failed' }] });
    const failuresThen = traffic.seen.failures.length;
    const asked = traffic.seen.requests;
    await until('the old release serves alone', () => (traffic.seen.requests > asked + 100 ? true : undefined));
    const seen = await traffic.stop();
    expect(seen.failures.length).toBeGreaterThan(0);
    expect(seen.failures.filter((one) => !one.includes('500') || !one.includes('"release":"1.2.0"'))).toEqual([]);
    expect(seen.failures.length).toBe(failuresThen);
  }));
});

describe.concurrent('a control plane and an agent that are killed at once', () => {
  it('in every step of a canary bring it to its end, and fail no request', async () => await withControlPlane(async (plane, tenant) => {
    const shop = await RealShop.open(plane, tenant);
    await (await shop.deploy('1.0.0', canary)).endsAs('Succeeded', LONG_SECONDS);
    const traffic = shop.traffic();
    const deployment = await shop.deploy('1.1.0', canary);
    const kill = async () => {
      await Promise.all([plane.kill(), shop.kill()]);
      await plane.restart();
      shop.restart();
    };
    expect((await killAllTheWay(deployment, { kill, hold: false })).length).toBeGreaterThanOrEqual(4);
    expect((await deployment.ended()).state).toBe('Succeeded');
    const seen = await traffic.stop();
    expect(seen.failures).toEqual([]);
    expect(seen.byRelease['1.1.0']).toBeGreaterThan(0);
  }));
});
