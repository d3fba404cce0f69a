import { describe, expect, it } from 'vitest';

import { deploymentEventPayloads } from '#domain/deployment/events';

import type { Deployment } from '../end-to-end/deployment.ts';
import type { Strategy } from '../end-to-end/shop.ts';
import { LONG_SECONDS, until } from '../end-to-end/until.ts';
import { withControlPlane } from './control-plane.ts';
import { RealShop } from './real-shop.ts';

/** Kills at each step that the agent is given, as soon as it is dispatched, until the deployment has ended. */
async function killAtEachStep(deployment: Deployment, kill: () => Promise<void>): Promise<number> {
  const { feed } = deployment.tenant;
  const stream = `deployment/${deployment.id}`;
  const dispatched = () => feed.of(stream).flatMap((one) => (one.type === 'StepDispatched' ? [deploymentEventPayloads.StepDispatched.parse(one.payload).step] : []));
  const hasEnded = () => feed.of(stream).some((one) => /^Deployment(Succeeded|Failed|RolledBack|Aborted)$/.test(one.type));
  let kills = 0;
  for (let seen = 0; !hasEnded();) {
    if (dispatched().length > seen) {
      seen = dispatched().length;
      kills += 1;
      await kill();
    } else await feed.next(stream, 1000);
  }
  return kills;
}

const canary: Strategy = { type: 'canary', steps: [{ weightPercent: 50 }, { analysis: { template: 'errors' } }] };

describe.concurrent('an agent that is killed in every step', () => {
  it.each<{ readonly strategy: Strategy }>([
    { strategy: canary },
    { strategy: { type: 'rolling', batchSize: 1 } },
    { strategy: { type: 'blue-green', scaleDownDelaySeconds: 1 } },
  ])('of a deployment by $strategy.type fails no request of a good release', async ({ strategy }) => await withControlPlane(async (plane, tenant) => {
    const shop = await RealShop.open(plane, tenant);
    await (await shop.deploy('1.0.0', strategy)).endsAs('Succeeded', LONG_SECONDS);
    const traffic = shop.traffic();
    const deployment = await shop.deploy('1.1.0', strategy);
    const kills = await killAtEachStep(deployment, async () => {
      await shop.kill();
      shop.restart();
    });
    const ended = await deployment.view();
    expect([ended.state, ended.reason]).toEqual(['Succeeded', expect.any(String)]);
    expect(kills).toBeGreaterThanOrEqual(4);
    await until('all traffic is on the new release', async () => {
      const before = traffic.seen.byRelease['1.0.0'];
      await until('more requests came', () => (traffic.seen.requests > 50 ? true : undefined));
      return traffic.seen.byRelease['1.0.0'] === before && (traffic.seen.byRelease['1.1.0'] ?? 0) > 0 ? true : undefined;
    });
    const seen = await traffic.stop();
    expect(seen.failures).toEqual([]);
    expect(seen.requests).toBeGreaterThan(200);
  }));
});

describe.concurrent('an agent that is killed', () => {
  it('in every step of a recreation starts what is to run, and nothing is left of the old', async () => await withControlPlane(async (plane, tenant) => {
    const shop = await RealShop.open(plane, tenant);
    await (await shop.deploy('1.0.0', { type: 'recreate' })).endsAs('Succeeded', LONG_SECONDS);
    const deployment = await shop.deploy('1.1.0', { type: 'recreate' });
    expect(await killAtEachStep(deployment, async () => {
      await shop.kill();
      shop.restart();
    })).toBeGreaterThanOrEqual(3);
    expect((await deployment.view()).state).toBe('Succeeded');
    const traffic = shop.traffic();
    await until('clients are served', () => (traffic.seen.requests > 50 ? true : undefined));
    const seen = await traffic.stop();
    expect([Object.keys(seen.byRelease), seen.failures]).toEqual([['1.1.0'], []]);
  }));

  it('while a bad release is judged changes nothing about the judgement, and clients meet no failure but the release\'s own', async () => await withControlPlane(async (plane, tenant) => {
    const shop = await RealShop.open(plane, tenant);
    await (await shop.deploy('1.0.0', canary)).endsAs('Succeeded', LONG_SECONDS);
    const traffic = shop.traffic();
    const deployment = await shop.deploy('1.2.0', canary);
    await killAtEachStep(deployment, async () => {
      await shop.kill();
      shop.restart();
    });
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
    expect(await killAtEachStep(deployment, async () => {
      await Promise.all([plane.kill(), shop.kill()]);
      await plane.restart();
      shop.restart();
    })).toBeGreaterThanOrEqual(4);
    expect((await deployment.ended()).state).toBe('Succeeded');
    const seen = await traffic.stop();
    expect(seen.failures).toEqual([]);
    expect(seen.byRelease['1.1.0']).toBeGreaterThan(0);
  }));
});
