import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Deployment, stepsOf } from './deployment.ts';
import { told } from './http.ts';
import { Shop } from './shop.ts';
import { Tenant } from './tenant.ts';

let tenant: Tenant;
beforeAll(async () => { tenant = await Tenant.open('again'); });
afterAll(async () => await tenant.close());

describe.concurrent('a retry', () => {
  it('repeats what did not succeed, as a new deployment that names the old', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'rolling', batchSize: '100%' } });
    await shop.isServed();
    shop.agent.handling = ({ verb }) => (verb === 'verify' ? 'failed' : 'succeeded');
    const first = await shop.deploy('1.1.0', { strategy: { type: 'rolling', batchSize: 2 } });
    await first.endsAs('RolledBack');
    shop.agent.handling = () => 'succeeded';
    const { id } = await tenant.client.retryDeployment({ ...first.params });
    const second = await new Deployment(tenant, id).endsAs('Succeeded');
    expect(second).toMatchObject({ release: '1.1.0', retryOf: first.id, rollbackOf: null, strategy: 'rolling' });
    expect(stepsOf(second).filter((one) => one.startsWith('replace'))).toHaveLength(1);
    expect(told(await tenant.request('POST', `/v1/deployments/${id}/retry`, { body: {} }))).toMatchObject({ status: 409, code: 'conflict' });
  });
});

describe.concurrent('a rollback', () => {
  const withTwo = async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'canary', steps: [{ weightPercent: 10 }] }, environment: { approvals: { required: 1 } } });
    const deployments: Deployment[] = [];
    for (const release of ['1.0.0', '1.1.0', '1.2.0']) {
      const deployment = await shop.deploy(release);
      await deployment.running('approve');
      await tenant.client.approveDeployment({ ...deployment.params });
      await deployment.endsAs('Succeeded');
      deployments.push(deployment);
    }
    return { shop, deployments };
  };

  it('goes to the last good release, or to a named one, in one step past gates and freezes', async () => {
    const { shop, deployments: [first, , third] } = await withTwo();
    if (first === undefined || third === undefined) throw new Error('there are three deployments');
    await shop.changeEnvironment({ freezes: [{ name: 'year-end', startsAt: '2020-01-01T00:00:00Z', endsAt: '2090-01-01T00:00:00Z' }] });
    shop.agent.commands.length = 0;
    const back = new Deployment(tenant, (await tenant.client.rollbackDeployment({ ...third.params, body: { comment: 'customers cannot pay' } })).id);
    expect(await back.endsAs('Succeeded')).toMatchObject({ release: '1.1.0', rollbackOf: third.id, retryOf: null });
    expect(shop.agent.applied()).toEqual(['1.1.0×4 1.2.0×4 100 %', '1.1.0×4 - 100 %']);
    const further = new Deployment(tenant, (await tenant.client.rollbackDeployment({ ...third.params, body: { release: '1.0.0' } })).id);
    expect(await further.endsAs('Succeeded')).toMatchObject({ release: '1.0.0', rollbackOf: third.id });
    expect(await shop.serving()).toMatchObject({ release: '1.0.0', heldBy: null });
    expect(told(await tenant.request('POST', `/v1/deployments/${third.id}/rollback`, { body: { release: '9.9.9' } }))).toEqual({ status: 422, code: 'unknown-reference', fields: [['release', '9.9.9']] });
    expect(told(await tenant.request('POST', `/v1/deployments/${first.id}/rollback`, { body: {} }))).toMatchObject({ status: 409, code: 'conflict' });
  });

  it('goes to nothing that has not been good there before: gates and freezes are not passed by what is new', async () => {
    const shop = await Shop.open(tenant);
    await shop.isServed();
    const good = await shop.deploy('1.1.0');
    await good.endsAs('Succeeded');
    const rollback = async (release: string) => told(await tenant.request('POST', `/v1/deployments/${good.id}/rollback`, { body: { release } }));
    expect(await rollback('1.2.0')).toEqual({ status: 422, code: 'rule-broken', fields: [['release', '1.2.0']] });
    const later = await shop.deploy('1.2.0');
    await later.endsAs('Succeeded');
    expect(await rollback('1.2.0')).toEqual({ status: 422, code: 'rule-broken', fields: [['release', '1.2.0']] });
    expect(await shop.serving()).toMatchObject({ release: '1.2.0', heldBy: null });
  });

  it('goes to what had been good: nothing else takes its name, also after it was deleted', async () => {
    const shop = await Shop.open(tenant);
    await shop.isServed();
    const good = await shop.deploy('1.1.0');
    await good.endsAs('Succeeded');
    const params = { application: shop.application, name: '1.0.0' };
    const { apiVersion, kind, metadata, spec } = await tenant.client.getRelease({ params });
    await tenant.client.deleteRelease({ params });
    const other = { apiVersion, kind, metadata, spec: { ...spec, components: spec.components.map((one) => ({ ...one, artefact: { command: ['node', 'another.mjs'] } })) } };
    expect(told(await tenant.request('PUT', `/v1/applications/${shop.application}/releases/1.0.0`, { body: other }))).toMatchObject({ status: 422, code: 'rule-broken', fields: [['spec', undefined]] });
    await tenant.client.putRelease({ params, body: { apiVersion, kind, metadata, spec } });
    const { id } = await tenant.client.rollbackDeployment({ params: { id: good.id } });
    await new Deployment(tenant, id).endsAs('Succeeded');
    expect(await shop.serving()).toMatchObject({ release: '1.0.0' });
  });

  it('supersedes what runs, and is refused for what has not succeeded', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { pause: {} }] } });
    await shop.isServed();
    const good = await shop.deploy('1.1.0');
    await good.running('pause');
    expect(told(await tenant.request('POST', `/v1/deployments/${good.id}/rollback`, { body: {} }))).toMatchObject({ status: 409, code: 'conflict' });
    await tenant.client.promoteDeployment({ ...good.params });
    await good.endsAs('Succeeded');
    const running = await shop.deploy('1.2.0');
    await running.running('pause');
    const back = new Deployment(tenant, (await tenant.client.rollbackDeployment({ ...good.params })).id);
    await running.endsAs('Aborted');
    await back.endsAs('Succeeded');
    expect(await shop.serving()).toMatchObject({ release: '1.0.0', heldBy: null });
  });
});
