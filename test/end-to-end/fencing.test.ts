import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { told } from './http.ts';
import { PlayedAgent } from './played-agent.ts';
import { Shop } from './shop.ts';
import type { Strategy } from './shop.ts';
import { Tenant } from './tenant.ts';

const untilPromoted: Strategy = { type: 'canary', steps: [{ weightPercent: 50 }, { pause: {} }] };

let tenant: Tenant;
beforeAll(async () => { tenant = await Tenant.open('fencing'); });
afterAll(async () => await tenant.close());

describe.concurrent('commands', () => {
  it('carry a generation that only grows: with each deployment, and again with its rollback', async () => {
    const shop = await Shop.open(tenant, { strategy: untilPromoted });
    await shop.isServed();
    const aborted = await shop.deploy('1.1.0');
    await aborted.running('pause');
    await tenant.client.abortDeployment({ ...aborted.params });
    await aborted.endsAs('Aborted');
    const good = await shop.deploy('1.2.0');
    await good.running('pause');
    await tenant.client.promoteDeployment({ ...good.params });
    await good.endsAs('Succeeded');
    const changes = shop.agent.commands.filter((one) => one.verb !== 'check');
    const generations = changes.map((one) => one.generation);
    expect(generations).toEqual(generations.toSorted((one, other) => one - other));
    const ofForward = new Set(changes.filter((one) => one.deployment === aborted.id && one.desired.new !== null).map((one) => one.generation));
    const ofRollback = new Set(changes.filter((one) => one.deployment === aborted.id && one.desired.new === null).map((one) => one.generation));
    const ofNext = new Set(changes.filter((one) => one.deployment === good.id).map((one) => one.generation));
    expect([ofForward.size, ofRollback.size, ofNext.size]).toEqual([1, 1, 1]);
    expect(Math.min(...ofRollback)).toBeGreaterThan(Math.max(...ofForward));
    expect(Math.min(...ofNext)).toBeGreaterThan(Math.max(...ofRollback));
    expect(new Set(shop.agent.commands.filter((one) => one.verb === 'check').map((one) => one.generation))).toEqual(new Set([0]));
  });

  it('that are reported on after the rollback began change nothing any more', async () => {
    const shop = await Shop.open(tenant, { strategy: untilPromoted });
    await shop.isServed();
    shop.agent.handling = ({ desired }) => (desired.weightPercent === 50 ? 'silent' : 'succeeded');
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('shift');
    await tenant.client.abortDeployment({ ...deployment.params });
    await deployment.endsAs('Aborted');
    const late = shop.agent.commands.find((one) => one.desired.weightPercent === 50)?.id ?? '';
    const before = await deployment.view();
    await shop.agent.report(late, 'succeeded', 'much too late');
    await shop.agent.report(late, 'failed', 'and again');
    expect(await shop.agent.report(`${deployment.id}/no-such-step/${shop.agent.target}/web`, 'succeeded')).toBe(false);
    // Something that comes after it on the same way has happened: then it has happened too.
    await (await shop.deploy('1.0.0')).ended();
    expect(await deployment.view()).toEqual(before);
  });

  it('that the target has superseded count as failed', async () => {
    const shop = await Shop.open(tenant, { strategy: untilPromoted });
    await shop.isServed();
    shop.agent.handling = ({ verb, desired }) => (verb === 'apply' && desired.weightPercent === 50 ? 'superseded' : 'succeeded');
    expect((await (await shop.deploy('1.1.0')).endsAs('RolledBack')).reason).toContain('Move 50 %');
  });
});

describe.concurrent('a newer agent of the same target', () => {
  it('fences the older one, whose every word is then refused, and goes on with what is left', async () => {
    const shop = await Shop.open(tenant, { strategy: untilPromoted });
    await shop.isServed();
    shop.agent.handling = ({ verb }) => (verb === 'check' ? 'succeeded' : 'silent');
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('prepare');
    const { target, claim } = shop.agent;
    const { key, client } = await tenant.keyOf('agent', { name: 'newer', target });
    const newer = new PlayedAgent(client, target, { application: shop.application, component: 'web' });
    tenant.onClose(() => newer.stop());
    await newer.start();
    expect(newer.epoch).toBeGreaterThan(shop.agent.epoch);
    const path = `/v1/targets/${target}`;
    const report = { command: 'dep-00000000000000000000000000/x/y/z', outcome: 'succeeded', reason: '' } as const;
    const refused = await Promise.all([
      tenant.request('GET', `${path}/commands?instance=${claim.instance}&epoch=${claim.epoch}`, { key }),
      tenant.request('POST', `${path}/heartbeat`, { key, body: { ...claim, facts: { version: '1', addresses: [], allow: [], components: [] } } }),
      tenant.request('POST', `${path}/reports`, { key, body: { ...claim, report } }),
      tenant.request('POST', `${path}/reports`, { key, body: { ...claim, epoch: newer.epoch, report } }),
      tenant.request('POST', `${path}/reports`, { key, body: { ...newer.claim, epoch: claim.epoch, report } }),
    ]);
    for (const answered of refused) expect(told(answered)).toMatchObject({ status: 409, code: 'claim-superseded' });
    await deployment.running('pause');
    await tenant.client.promoteDeployment({ ...deployment.params });
    await deployment.endsAs('Succeeded');
    expect(newer.applied()).toEqual(['1.1.0×2 1.0.0×4 0 %', '1.1.0×2 1.0.0×4 50 %', '1.1.0×4 1.0.0×4 100 %', '1.1.0×4 - 100 %']);
    expect(await tenant.client.getTargetStatus({ params: { name: target } })).toMatchObject({ reachable: true, instance: newer.instance, epoch: newer.epoch });
  });

  it('tells what runs with its first word, and each further word counts', async () => {
    const shop = await Shop.open(tenant);
    const status = async () => await tenant.client.getTargetStatus({ params: { name: shop.agent.target } });
    expect(await status()).toMatchObject({ reachable: true, version: '1.0.0', components: [] });
    for (const readyReplicas of [1, 2, 3]) {
      shop.agent.components = [{ application: shop.application, component: 'web', release: '1.0.0', state: 'Scaling', replicas: 3, readyReplicas, reason: 'starting' }];
      await shop.agent.heartbeat();
      expect(await status()).toMatchObject({ components: [{ readyReplicas }] });
    }
  });

  it('is known by its instance: the same one is given the same epoch again', async () => {
    const shop = await Shop.open(tenant);
    const { client } = await tenant.keyOf('agent', { target: shop.agent.target });
    const again = await client.claimTarget({ params: { name: shop.agent.target }, body: { instance: shop.agent.instance } });
    expect(again.epoch).toBe(shop.agent.epoch);
    const other = await client.claimTarget({ params: { name: shop.agent.target }, body: { instance: 'another-instance' } });
    expect(other.epoch).toBe(shop.agent.epoch + 1);
  });
});
