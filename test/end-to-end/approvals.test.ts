import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { told } from './http.ts';
import { Shop } from './shop.ts';
import { Tenant } from './tenant.ts';

describe.concurrent('an approval', () => {
  let tenant: Tenant;
  beforeAll(async () => { tenant = await Tenant.open('approvals'); });
  afterAll(async () => await tenant.close());

  const approver = async (name: string) => await tenant.keyOf('approver', { name });

  it('is needed from as many people as the environment says, before anything is changed', async () => {
    const [shop, alice, bob] = await Promise.all([Shop.open(tenant, { environment: { approvals: { required: 2 } } }), approver('alice'), approver('bob')]);
    const deployment = await shop.deploy('1.0.0');
    const { step } = await deployment.running('approve');
    expect(step).toBe('1-approve');
    const approve = async (key: string, body: object = { step }) => await tenant.request('POST', `/v1/deployments/${deployment.id}/approve`, { key, body });
    expect((await approve(alice.key, { step, comment: 'tested by the shop team' })).status).toBe(200);
    expect(told(await approve(alice.key))).toMatchObject({ status: 409, code: 'conflict' });
    expect(await deployment.view()).toMatchObject({ state: 'Progressing', step, approvals: [{ step, by: { name: 'alice' }, reason: 'approved (1 of 2) by alice: tested by the shop team' }] });
    expect(shop.agent.applied()).toEqual([]);
    expect((await approve(bob.key)).status).toBe(200);
    expect((await deployment.endsAs('Succeeded')).approvals.map((one) => one.by.name)).toEqual(['alice', 'bob']);
  });

  it('counts for the step that it means only', async () => {
    const shop = await Shop.open(tenant, { environment: { approvals: { required: 1 } }, strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { approval: {} }] } });
    const first = await shop.deploy('1.0.0');
    await first.running('approve');
    await tenant.client.approveDeployment({ ...first.params, body: {} });
    await first.endsAs('Succeeded');
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('approve');
    const approve = async (step: string) => await tenant.request('POST', `/v1/deployments/${deployment.id}/approve`, { body: { step } });
    expect(told(await approve('9-approve'))).toEqual({ status: 422, code: 'rule-broken', fields: [['step', '9-approve']] });
    expect(told(await approve('5-approve'))).toMatchObject({ status: 409 });
    expect((await approve('1-approve')).status).toBe(200);
    const second = await deployment.until('the second gate is reached', (view) => view.step === '5-approve' && view.steps.some((one) => one.id === '5-approve' && one.status === 'running'));
    expect(second.weightPercent).toEqual({ [shop.agent.target]: 10 });
    expect(told(await approve('1-approve'))).toMatchObject({ status: 409 });
    expect((await approve('5-approve')).status).toBe(200);
    await deployment.endsAs('Succeeded');
  });

  it('that is denied ends the deployment as an abort, with who and why', async () => {
    const [shop, bob] = await Promise.all([Shop.open(tenant, { strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { approval: {} }] } }), approver('bob')]);
    await shop.isServed();
    const deployment = await shop.deploy('1.1.0');
    const { step } = await deployment.running('approve');
    await bob.client.denyDeployment({ ...deployment.params, body: { step: step ?? '', comment: 'the price list is wrong' } });
    expect(await deployment.endsAs('Aborted')).toMatchObject({ reason: 'denied by bob: the price list is wrong', weightPercent: { [shop.agent.target]: 0 } });
    expect(await shop.serving()).toMatchObject({ release: '1.0.0', heldBy: null });
  });

  it('that nobody gives in time is an abort', async () => {
    const shop = await Shop.open(tenant, { environment: { approvals: { required: 1, timeoutSeconds: 1 } } });
    expect(await (await shop.deploy('1.0.0')).endsAs('Aborted')).toMatchObject({ reason: 'nobody approved within 1 s' });
    expect(shop.agent.applied()).toEqual([]);
  });

  it('is for approvers and admins, and for no one else', async () => {
    const shop = await Shop.open(tenant, { environment: { approvals: { required: 1 } } });
    const deployment = await shop.deploy('1.0.0');
    await deployment.running('approve');
    for (const role of ['deployer', 'viewer'] as const) {
      const { key } = await tenant.keyOf(role);
      for (const action of ['approve', 'deny']) expect(told(await tenant.request('POST', `/v1/deployments/${deployment.id}/${action}`, { key, body: {} }))).toMatchObject({ status: 403, code: 'forbidden' });
    }
    const { key } = await approver('carol');
    for (const action of ['abort', 'pause', 'promote']) expect((await tenant.request('POST', `/v1/deployments/${deployment.id}/${action}`, { key, body: {} })).status).toBe(403);
    await tenant.client.denyDeployment({ ...deployment.params, body: {} });
    await deployment.endsAs('Aborted');
  });
});
