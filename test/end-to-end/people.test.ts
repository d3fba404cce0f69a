import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Deployment } from './deployment.ts';
import { stepsOf } from './deployment.ts';
import { told } from './http.ts';
import { OWN_TEMPLATE, Shop } from './shop.ts';
import type { ShopOptions, Strategy } from './shop.ts';
import { Tenant } from './tenant.ts';
import { stretched } from './until.ts';

let tenant: Tenant;
beforeAll(async () => { tenant = await Tenant.open('people'); });
afterAll(async () => await tenant.close());

const served = async (strategy: Strategy, options: ShopOptions = {}) => {
  const shop = await Shop.open(tenant, { strategy, ...options });
  await shop.isServed();
  return shop;
};
const act = async (deployment: Deployment, action: string, body: object = {}) => await tenant.request('POST', `/v1/deployments/${deployment.id}/${action}`, { body });

describe.concurrent('a pause', () => {
  it('lets a running bake go on, and holds before the next change of traffic until it is resumed', async () => {
    const shop = await served({ type: 'canary', steps: [{ weightPercent: 10 }, { bakeSeconds: stretched(1) }] });
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('bake');
    expect((await act(deployment, 'pause', { comment: 'looking into it' })).status).toBe(200);
    const held = await deployment.until('the bake is over', (view) => view.steps.some((one) => one.kind === 'bake' && one.status === 'succeeded'));
    expect(held).toMatchObject({ state: 'Paused', paused: { by: 'person', until: null, reason: expect.stringContaining('looking into it') } });
    const again = await act(deployment, 'pause');
    expect(again.status).toBe(200);
    expect(shop.agent.applied().at(-1)).toBe('1.1.0×1 1.0.0×4 10 %');
    expect((await act(deployment, 'resume')).status).toBe(200);
    await deployment.endsAs('Succeeded');
    expect(await deployment.told('DeploymentPaused', 'DeploymentResumed')).toEqual(['DeploymentPaused', 'DeploymentResumed']);
  });

  it('is not the pause step, which a promotion ends', async () => {
    const shop = await served({ type: 'canary', steps: [{ weightPercent: 10 }, { pause: {} }] });
    const deployment = await shop.deploy('1.1.0');
    const { step } = await deployment.running('pause');
    expect(told(await act(deployment, 'resume'))).toMatchObject({ status: 409, code: 'conflict' });
    expect((await act(deployment, 'promote', { step })).status).toBe(200);
    expect(stepsOf(await deployment.endsAs('Succeeded'))).toContain('pause skipped');
  });
});

describe.concurrent('a promotion', () => {
  it('ends one bake and never the next, and must mean the present step', async () => {
    const shop = await served({ type: 'canary', steps: [{ weightPercent: 10 }, { bakeSeconds: 600 }, { weightPercent: 20 }, { bakeSeconds: 601 }] });
    const deployment = await shop.deploy('1.1.0');
    const { step } = await deployment.running('bake');
    expect(told(await act(deployment, 'promote', { step: 'no-such-step' }))).toEqual({ status: 422, code: 'rule-broken', fields: [['step', 'no-such-step']] });
    expect((await act(deployment, 'promote', { step })).status).toBe(200);
    const second = await deployment.until('the second bake runs', (view) => view.steps.some((one) => one.kind === 'bake' && one.id !== step && one.status === 'running'));
    expect(told(await act(deployment, 'promote', { step }))).toMatchObject({ status: 409, code: 'conflict' });
    expect(second.weightPercent).toEqual({ [shop.agent.target]: 20 });
    expect((await act(deployment, 'promote')).status).toBe(200);
    await deployment.endsAs('Succeeded');
  });

  it('is refused while a step is being carried out', async () => {
    const shop = await served({ type: 'canary', steps: [{ weightPercent: 10 }] });
    shop.agent.handling = ({ desired }) => (desired.weightPercent === 10 ? 'silent' : 'succeeded');
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('shift');
    expect(told(await act(deployment, 'promote'))).toMatchObject({ status: 409, code: 'conflict' });
    expect((await act(deployment, 'abort')).status).toBe(200);
    await deployment.endsAs('Aborted');
  });

  it('in full skips pauses, bakes and analyses, and no approval', async () => {
    const shop = await served({ type: 'canary', steps: [{ weightPercent: 10 }, { bakeSeconds: 600 }, { approval: {} }, { weightPercent: 20 }, { pause: {} }, { analysis: { template: OWN_TEMPLATE } }] });
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('bake');
    expect((await act(deployment, 'promote', { full: true })).status).toBe(200);
    await deployment.running('approve');
    expect((await act(deployment, 'approve')).status).toBe(200);
    expect(stepsOf(await deployment.endsAs('Succeeded'))).toEqual(['prepare succeeded', 'shift succeeded', 'verify succeeded', 'bake skipped', 'approve succeeded', 'shift succeeded', 'verify succeeded', 'pause skipped', 'analyse skipped', 'promote succeeded', 'verify succeeded', 'retire succeeded']);
  });
});

describe.concurrent('an abort', () => {
  it('returns all traffic to the stable release in one step', async () => {
    const shop = await served({ type: 'canary', steps: [{ weightPercent: 50 }, { bakeSeconds: 600 }] });
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('bake');
    expect((await act(deployment, 'abort', { comment: 'wrong release' })).status).toBe(200);
    expect(await deployment.endsAs('Aborted')).toMatchObject({ reason: expect.stringContaining('wrong release'), weightPercent: { [shop.agent.target]: 0 } });
    expect(shop.agent.applied().at(-1)).toBe('- 1.0.0×4 0 %');
    for (const action of ['abort', 'pause', 'resume', 'promote', 'approve', 'deny', 'abandon']) expect(told(await act(deployment, action))).toMatchObject({ status: 409, code: 'conflict' });
  });

  it('is refused where the strategy takes no abort from people', async () => {
    const shop = await served({ type: 'canary', steps: [{ weightPercent: 50 }, { pause: {} }], rollbackTriggers: { manual: false } });
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('pause');
    expect(told(await act(deployment, 'abort'))).toMatchObject({ status: 409, code: 'conflict' });
    expect((await act(deployment, 'promote')).status).toBe(200);
    await deployment.endsAs('Succeeded');
  });
});

describe.concurrent('an admin', () => {
  it('may abandon what cannot return, and only that', async () => {
    const shop = await served({ type: 'canary', steps: [{ weightPercent: 10 }, { pause: {} }] });
    const { key } = await tenant.keyOf('deployer');
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('pause');
    expect(told(await act(deployment, 'abandon'))).toMatchObject({ status: 409, code: 'conflict' });
    shop.agent.handling = () => 'failed';
    expect((await act(deployment, 'abort')).status).toBe(200);
    await deployment.until('the rollback has failed', (view) => view.state === 'RollingBack' && stepsOf(view, 'rollback').includes('restore failed'));
    expect((await tenant.request('POST', `/v1/deployments/${deployment.id}/abandon`, { key, body: {} })).status).toBe(403);
    expect((await act(deployment, 'abandon', { comment: 'the machine is gone' })).status).toBe(200);
    expect(await deployment.endsAs('Failed')).toMatchObject({ reason: expect.stringContaining('the machine is gone') });
    expect(await shop.serving()).toMatchObject({ heldBy: null });
  });

  it('brings an abandoned target back by deploying what was stable there, which is done and not taken for granted', async () => {
    const shop = await served({ type: 'canary', steps: [{ weightPercent: 50 }, { pause: {} }] });
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('pause');
    shop.agent.handling = () => 'failed';
    expect((await act(deployment, 'abort')).status).toBe(200);
    await deployment.until('the rollback has failed', (view) => view.state === 'RollingBack' && stepsOf(view, 'rollback').includes('restore failed'));
    expect((await act(deployment, 'abandon')).status).toBe(200);
    await deployment.endsAs('Failed');
    shop.agent.handling = () => 'succeeded';
    shop.agent.commands.length = 0;
    await (await shop.deploy('1.0.0', { strategy: { type: 'recreate' } })).endsAs('Succeeded');
    expect(shop.agent.applied().at(-1)).toBe('1.0.0×4 - 100 %');
    shop.agent.commands.length = 0;
    await (await shop.deploy('1.0.0', { strategy: { type: 'recreate' } })).endsAs('Succeeded');
    expect(shop.agent.applied()).toEqual([]);
  });
});

describe.concurrent('a rollback that fails', () => {
  it('is repeated until it succeeds, each time as another attempt', async () => {
    const shop = await served({ type: 'canary', steps: [{ weightPercent: 10 }, { pause: {} }] });
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('pause');
    let failures = 0;
    shop.agent.handling = () => (failures++ === 0 ? 'failed' : 'succeeded');
    expect((await act(deployment, 'abort')).status).toBe(200);
    const ended = await deployment.endsAs('Aborted');
    expect(ended.steps.find((one) => one.kind === 'restore')).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(shop.agent.commands.slice(-2).map((one) => one.id.split('/')[1])).toEqual(['restore', 'restore~2']);
  });
});
