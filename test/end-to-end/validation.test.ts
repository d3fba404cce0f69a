import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Shop } from './shop.ts';
import { Tenant } from './tenant.ts';

describe('before a deployment', () => {
  let tenant: Tenant;
  beforeAll(async () => { tenant = await Tenant.open('validation'); });
  afterAll(async () => await tenant.close());

  it('all checks can be had alone: the targets are asked, and nothing is changed', async () => {
    const shop = await Shop.open(tenant, { waves: [1, 1], strategy: { type: 'canary', steps: [{ weightPercent: 10 }] } });
    await shop.isServed();
    const before = await tenant.countEvents();
    const { passed, checks } = await tenant.client.validateDeployment({ body: shop.request('1.1.0') });
    expect(passed).toBe(true);
    expect(checks.map((one) => [one.check, one.outcome])).toEqual([
      ...['schema', 'dry-run', 'freeze', 'dependencies', 'secrets'].map((check) => [check, 'passed']),
      ...shop.agents.map((agent) => [`reachable/${agent.target}`, 'passed']), ...shop.agents.map((agent) => [`artefact/${agent.target}/web`, 'passed']),
    ]);
    for (const agent of shop.agents) expect(agent.commands.map((one) => [one.verb, one.generation, one.desired.new?.release])).toEqual([['check', 0, '1.1.0']]);
    expect(await tenant.countEvents()).toBe(before);
    expect(await shop.serving()).toMatchObject({ release: '1.0.0', heldBy: null });
  });

  it('a check that a target refuses is told with the target\'s reason', async () => {
    const shop = await Shop.open(tenant);
    shop.agent.handling = () => 'failed';
    const { passed, checks } = await tenant.client.validateDeployment({ body: shop.request('1.0.0') });
    expect(passed).toBe(false);
    expect(checks.filter((one) => one.outcome === 'failed')).toEqual([{ check: `artefact/${shop.agent.target}/web`, outcome: 'failed', reason: 'as the test wants it' }]);
  });

  it('the plan can be had alone: it is the one that the deployment gets', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'canary', steps: [{ weightPercent: 20 }, { bakeSeconds: 1 }] } });
    await shop.isServed();
    const before = await tenant.countEvents();
    const { plan } = await tenant.client.planDeployment({ body: shop.request('1.1.0') });
    expect(await tenant.countEvents()).toBe(before);
    expect(shop.agent.commands).toEqual([]);
    const ended = await (await shop.deploy('1.1.0')).endsAs('Succeeded');
    expect(ended.steps.map((one) => [one.id, one.title])).toEqual(plan.steps.map((one) => [one.id, one.title]));
    expect(plan.targets).toMatchObject([{ name: shop.agent.target, stable: { release: '1.0.0' } }]);
  });
});
