import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { stepsOf } from './deployment.ts';
import { Shop } from './shop.ts';
import type { Strategy } from './shop.ts';
import { Tenant } from './tenant.ts';

const strategy: Strategy = { type: 'canary', steps: [{ weightPercent: 25 }, { bakeSeconds: 1 }, { weightPercent: 50 }, { pause: { durationSeconds: 1 } }] };

describe.concurrent('a canary', () => {
  let tenant: Tenant;
  beforeAll(async () => { tenant = await Tenant.open('canary'); });
  afterAll(async () => await tenant.close());

  it('moves traffic in its steps, takes all of it, and retires the old release', async () => {
    const shop = await Shop.open(tenant, { strategy });
    await shop.isServed();
    const deployment = await shop.deploy('1.1.0');
    const ended = await deployment.endsAs('Succeeded');
    expect(shop.agent.applied()).toEqual(['1.1.0×1 1.0.0×4 0 %', '1.1.0×1 1.0.0×4 25 %', '1.1.0×2 1.0.0×4 50 %', '1.1.0×4 1.0.0×4 100 %', '1.1.0×4 - 100 %']);
    expect(stepsOf(ended)).toEqual(['prepare', 'shift', 'verify', 'bake', 'shift', 'verify', 'pause', 'promote', 'verify', 'retire'].map((kind) => `${kind} succeeded`));
    expect(ended).toMatchObject({ strategy: 'canary', step: null, paused: null, weightPercent: { [shop.agent.target]: 100 }, targets: [{ name: shop.agent.target, stable: '1.0.0' }] });
    expect(ended.checks.filter((one) => one.outcome === 'failed')).toEqual([]);
    expect(new Set(ended.checks.map((one) => one.phase))).toEqual(new Set(['before', 'after']));
    expect(await shop.serving()).toMatchObject({ release: '1.1.0', heldBy: null });
  });

  it('goes back in one step when the new release is not healthy, and the next one starts from the old', async () => {
    const shop = await Shop.open(tenant, { strategy });
    await shop.isServed();
    shop.agent.handling = ({ verb, desired }) => (verb === 'verify' && desired.weightPercent === 50 ? 'failed' : 'succeeded');
    const ended = await (await shop.deploy('1.1.0')).endsAs('RolledBack');
    expect(ended.reason).toContain('Verify 1.1.0 at 50 % failed');
    expect(shop.agent.applied()).toEqual(['1.1.0×1 1.0.0×4 0 %', '1.1.0×1 1.0.0×4 25 %', '1.1.0×2 1.0.0×4 50 %', '- 1.0.0×4 0 %']);
    expect(stepsOf(ended, 'rollback')).toEqual(['restore succeeded']);
    expect(ended.weightPercent).toEqual({ [shop.agent.target]: 0 });
    expect(await shop.serving()).toMatchObject({ release: '1.0.0', heldBy: null });
    shop.agent.handling = () => 'succeeded';
    expect(await (await shop.deploy('1.2.0')).endsAs('Succeeded')).toMatchObject({ targets: [{ stable: '1.0.0' }] });
  });

  it('is given its parameters by the environment, the application or the request', async () => {
    const shop = await Shop.open(tenant, { environment: { strategy: { type: 'rolling', batchSize: '50%' }, strategies: { canary: { steps: [{ weightPercent: 40 }] } } } });
    await shop.isServed();
    const weights = async (asked: Parameters<Shop['request']>[1]) => {
      const { plan } = await tenant.client.planDeployment({ body: shop.request('1.1.0', asked) });
      return plan.steps.flatMap((step) => ('weightPercent' in step ? [`${step.kind} ${step.weightPercent}`] : []));
    };
    expect(await weights({})).toEqual(['replace 50', 'promote 100']);
    expect(await weights({ strategy: 'canary' })).toEqual(['prepare 0', 'shift 40', 'promote 100', 'retire 100']);
    expect(await weights({ strategy: { type: 'canary', steps: [{ weightPercent: 5 }] } })).toEqual(['prepare 0', 'shift 5', 'promote 100', 'retire 100']);
  });
});
