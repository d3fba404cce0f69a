import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { stepsOf } from './deployment.ts';
import { told } from './http.ts';
import { OWN_TEMPLATE, Shop } from './shop.ts';
import type { ShopOptions, Strategy } from './shop.ts';
import { Tenant } from './tenant.ts';

let tenant: Tenant;
beforeAll(async () => { tenant = await Tenant.open('analysis'); });
afterAll(async () => await tenant.close());

const asStep: Strategy = { type: 'canary', steps: [{ weightPercent: 50 }, { analysis: { template: OWN_TEMPLATE } }] };
const good = { '1.0.0': { requests: 100, errors: 1 }, '1.1.0': { requests: 100, errors: 1 } };
const bad = { '1.0.0': { requests: 100, errors: 1 }, '1.1.0': { requests: 100, errors: 5 } };

const served = async (options: ShopOptions) => {
  const shop = await Shop.open(tenant, options);
  await shop.isServed();
  return shop;
};

describe.concurrent('an analysis as a step', () => {
  it('that finds nothing to object to lets the canary take all traffic', async () => {
    const shop = await served({ strategy: asStep });
    shop.agent.behaviour = good;
    const ended = await (await shop.deploy('1.1.0')).endsAs('Succeeded');
    expect(ended.verdicts).toMatchObject([{ verdict: 'Successful', run: 1, step: '4-analyse' }]);
    expect(ended.checks).toContainEqual(expect.objectContaining({ phase: 'after', check: 'analysis', outcome: 'passed' }));
  });

  it('that finds the canary failing rolls back, and says by which numbers', async () => {
    const shop = await served({ strategy: asStep });
    shop.agent.behaviour = bad;
    const ended = await (await shop.deploy('1.1.0')).endsAs('RolledBack');
    expect(ended).toMatchObject({ verdicts: [{ verdict: 'Failed' }], reason: expect.stringContaining('5 is > 2'), weightPercent: { [shop.agent.target]: 0 } });
    expect(await shop.serving()).toMatchObject({ release: '1.0.0', heldBy: null });
  });

  it('compares with the stable side where the template says so', async () => {
    const template = { lookSeconds: 1, horizonSeconds: 3, metrics: [{ name: 'worse', measure: 'errorPercent', side: 'difference', failure: { op: '>', value: 3 }, minimumRequests: 10 }] } as const;
    const shop = await served({ strategy: asStep, template: { ...template, metrics: [...template.metrics] } });
    shop.agent.behaviour = { '1.0.0': { requests: 100, errors: 40 }, '1.1.0': { requests: 100, errors: 42 }, '1.2.0': { requests: 100, errors: 49 } };
    await (await shop.deploy('1.1.0')).endsAs('Succeeded');
    expect((await (await shop.deploy('1.2.0')).endsAs('RolledBack')).reason).toContain('7 is > 3');
  });

  it('without data is inconclusive and pauses; resumed, it begins anew', async () => {
    const shop = await served({ strategy: asStep });
    const deployment = await shop.deploy('1.1.0');
    const held = await deployment.paused();
    expect(held).toMatchObject({ paused: { by: 'analysis' }, verdicts: [{ verdict: 'Inconclusive', run: 1, reason: expect.stringContaining('no data') }] });
    expect(held.weightPercent).toEqual({ [shop.agent.target]: 50 });
    shop.agent.behaviour = good;
    await tenant.client.resumeDeployment({ ...deployment.params });
    expect((await deployment.endsAs('Succeeded')).verdicts.map((one) => [one.run, one.verdict])).toEqual([[1, 'Inconclusive'], [2, 'Successful']]);
  });

  it('without data goes on when a person promotes', async () => {
    const shop = await served({ strategy: asStep });
    const deployment = await shop.deploy('1.1.0');
    const { step } = await deployment.paused();
    await tenant.client.promoteDeployment({ ...deployment.params, body: { step: step ?? '' } });
    expect(stepsOf(await deployment.endsAs('Succeeded'))).toContain('analyse skipped');
  });

  it('without data rolls back where the template says so', async () => {
    const template = { lookSeconds: 1, horizonSeconds: 1, onInconclusive: 'rollBack', metrics: [{ name: 'errors', measure: 'errorPercent', failure: { op: '>', value: 2 } }] } as const;
    const shop = await served({ strategy: asStep, template: { ...template, metrics: [...template.metrics] } });
    expect((await (await shop.deploy('1.1.0')).endsAs('RolledBack')).verdicts).toMatchObject([{ verdict: 'Inconclusive' }]);
  });

  it('may be told to hold only: a failed verdict then waits for a person', async () => {
    const shop = await served({ strategy: { ...asStep, rollbackTriggers: { verdict: false } } });
    shop.agent.behaviour = bad;
    const deployment = await shop.deploy('1.1.0');
    expect(await deployment.paused()).toMatchObject({ verdicts: [{ verdict: 'Failed' }], paused: { by: 'analysis' } });
    await tenant.client.abortDeployment({ ...deployment.params });
    await deployment.endsAs('Aborted');
  });
});

describe.concurrent('an analysis behind the steps', () => {
  const behind: Strategy = { type: 'canary', analysis: { template: OWN_TEMPLATE }, steps: [{ weightPercent: 50 }, { bakeSeconds: 2 }] };

  it('ends the deployment as soon as it fails', async () => {
    const shop = await served({ strategy: { ...behind, steps: [{ weightPercent: 50 }, { bakeSeconds: 600 }] } });
    shop.agent.behaviour = bad;
    const ended = await (await shop.deploy('1.1.0')).endsAs('RolledBack');
    expect(ended.verdicts).toMatchObject([{ step: null, verdict: 'Failed' }]);
    expect(stepsOf(ended).filter((one) => one.endsWith(' failed'))).toHaveLength(1);
    expect(shop.agent.applied()).not.toContain('1.1.0×4 1.0.0×4 100 %');
  });

  it('holds nothing up while it finds nothing', async () => {
    const shop = await served({ strategy: behind });
    shop.agent.behaviour = good;
    expect((await (await shop.deploy('1.1.0')).endsAs('Succeeded')).verdicts).toEqual([]);
  });
});

describe.concurrent('samples', () => {
  it('are taken for what exists, and from an agent for its own target', async () => {
    const [shop, other] = await Promise.all([Shop.open(tenant), Shop.open(tenant)]);
    const second = Math.floor(Date.now() / 1000);
    const sample = { application: shop.application, component: 'web', release: '1.0.0', second, requests: 3, errors: 0, latency: { zeros: 3, buckets: [] } };
    const { key } = await tenant.keyOf('agent', { target: shop.agent.target });
    const send = async (target: string, samples: readonly object[], as = key) => await tenant.request('POST', '/v1/samples', { key: as, body: { target, samples } });
    expect(JSON.parse((await send(shop.agent.target, [sample, { ...sample, second: second - 7200 }, { ...sample, release: '9.9.9' }, { ...sample, component: 'other' }, { ...sample, application: 'other' }])).text)).toMatchObject({ accepted: 1, dropped: 4, nextSampleSeconds: expect.any(Number) });
    const [foreign, unknown] = await Promise.all([send(other.agent.target, [sample]), send('no-such-target', [sample], tenant.adminKey)]);
    expect([foreign.status, unknown.status]).toEqual([422, 422]);
    expect(told(await send(shop.agent.target, [sample, { ...sample, second: -1 }]))).toEqual({ status: 400, code: 'malformed-request', fields: [['samples.1.second', -1]] });
    expect(told(await send(shop.agent.target, [sample, { ...sample, errors: 4 }]))).toMatchObject({ status: 422, code: 'rule-broken', fields: [['samples.1.errors', 4]] });
  });
});
