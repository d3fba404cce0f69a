import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { TargetCheck } from '#contracts/adapter';

import { Shop } from './shop.ts';
import { Tenant } from './tenant.ts';

const passes = (check: TargetCheck['check']): TargetCheck => ({ check, outcome: 'passed', reason: 'as the test wants it' });

describe('before a deployment', () => {
  let tenant: Tenant;
  beforeAll(async () => { tenant = await Tenant.open('validation'); });
  afterAll(async () => await tenant.close());

  it('all checks can be had alone: the targets are asked, and nothing is changed', async () => {
    const shop = await Shop.open(tenant, { waves: [1, 1], strategy: { type: 'canary', steps: [{ weightPercent: 10 }] } });
    await shop.isServed();
    for (const agent of shop.agents) agent.checking = () => [passes('artefact'), passes('permission'), passes('port'), passes('capacity')];
    const before = await tenant.countEvents();
    const { passed, checks } = await tenant.client.validateDeployment({ body: shop.request('1.1.0') });
    expect(passed).toBe(true);
    expect(checks.map((one) => [one.check, one.outcome])).toEqual([
      ...['schema', 'dry-run', 'freeze', 'dependencies', 'secrets'].map((check) => [check, 'passed']),
      ...shop.agents.map((agent) => [`reachable/${agent.target}`, 'passed']), 
      ...shop.agents.flatMap(({ target }) => [`artefact/${target}/web`, `permission/${target}/web`, `port/${target}/web`, `capacity/${target}`].map((check) => [check, 'passed'])),
    ]);
    for (const agent of shop.agents) expect(agent.commands.map((one) => [one.verb, one.generation, one.desired.new?.release])).toEqual([['check', 0, '1.1.0']]);
    expect(await tenant.countEvents()).toBe(before);
    expect(await shop.serving()).toMatchObject({ release: '1.0.0', heldBy: null });
  });

  it('a check that a target refuses is told with the target\'s reason; what it does not tell apart has not passed', async () => {
    const shop = await Shop.open(tenant);
    shop.agent.handling = () => 'failed';
    const { target } = shop.agent;
    const { passed, checks } = await tenant.client.validateDeployment({ body: shop.request('1.0.0') });
    expect(passed).toBe(false);
    expect(checks.filter((one) => one.outcome !== 'passed')).toEqual([
      { check: `artefact/${target}/web`, outcome: 'failed', reason: 'as the test wants it' },
      ...[`permission/${target}/web`, `capacity/${target}`].map((check) => ({ check, outcome: 'skipped', reason: `target ${target} does not say it apart from the others` })),
    ]);
  });

  it('permission and capacity are checks of their own, each with its outcome and reason, also in the deployment that they end', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'rolling', batchSize: 2 }, components: [{ name: 'web', port: 8080, replicas: 4, resources: { cpuMillis: 100, memoryMebibytes: 64 } }] });
    await shop.isServed();
    const { agent } = shop;
    agent.handling = ({ verb }) => (verb === 'check' ? 'failed' : 'succeeded');
    agent.checking = () => [passes('artefact'), { check: 'permission', outcome: 'failed', reason: 'node is not on the list' }, { check: 'capacity', outcome: 'failed', reason: 'there is no room' }];
    const refused = [{ check: `permission/${agent.target}/web`, outcome: 'failed', reason: 'node is not on the list' }, { check: `capacity/${agent.target}`, outcome: 'failed', reason: 'there is no room' }];
    const { passed, checks } = await tenant.client.validateDeployment({ body: shop.request('1.1.0') });
    expect([passed, checks.filter((one) => one.outcome === 'failed')]).toEqual([false, refused]);
    // Two new instances start beside the four old ones.
    expect(agent.commands.map((one) => one.demand)).toEqual([{ cpuMillis: 600, memoryMebibytes: 384 }]);
    const ended = await (await shop.deploy('1.1.0')).endsAs('Failed');
    expect(ended.checks.filter((one) => one.outcome === 'failed')).toEqual(refused.map((one) => ({ phase: 'before', ...one })));
  });

  it('what a component depends on must be healthy where the deployment leaves it alone', async () => {
    const shop = await Shop.open(tenant, { components: [{ name: 'web', port: 8080 }, { name: 'mailer', type: 'worker', dependencies: ['web'] }] });
    await shop.isServed();
    const dependencies = async () => (await tenant.client.validateDeployment({ body: shop.request('1.0.0') })).checks.find((one) => one.check === 'dependencies');
    // The same release with another number of mailers: the web is left alone.
    const { apiVersion, kind, metadata, spec } = await tenant.client.getApplication({ params: { name: shop.application } });
    await tenant.client.putApplication({ params: { name: shop.application }, body: { apiVersion, kind, metadata, spec: { ...spec, components: spec.components.map((one) => (one.name === 'mailer' ? { ...one, replicas: 2 } : one)) } } });
    const health = { application: shop.application, component: 'web', release: '1.0.0', replicas: 2 } as const;
    shop.agent.components = [{ ...health, state: 'Failed', readyReplicas: 0, reason: 'exited with code 1' }];
    await shop.agent.heartbeat();
    expect(await dependencies()).toEqual({ check: 'dependencies', outcome: 'failed', reason: `mailer needs web, which is Failed on ${shop.agent.target} with 0 of 2 instances ready (exited with code 1)` });
    shop.agent.components = [{ ...health, state: 'Running', readyReplicas: 2, reason: '' }];
    await shop.agent.heartbeat();
    expect(await dependencies()).toEqual({ check: 'dependencies', outcome: 'passed', reason: `mailer needs web, which is healthy on ${shop.agent.target}` });
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
