import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Deployment, stepsOf } from './deployment.ts';
import { OWN_TEMPLATE, Shop } from './shop.ts';
import { Tenant } from './tenant.ts';
import { stretched, until } from './until.ts';

describe.concurrent('a blue-green deployment', () => {
  let tenant: Tenant;
  beforeAll(async () => { tenant = await Tenant.open('blue-green'); });
  afterAll(async () => await tenant.close());

  it('tries a preview, switches at once, and cleans the old side up after its delay', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'blue-green', scaleDownDelaySeconds: 1 } });
    await shop.isServed();
    const deployment = await shop.deploy('1.1.0');
    const ended = await deployment.endsAs('Succeeded');
    expect(stepsOf(ended)).toEqual(['prepare succeeded', 'verify succeeded', 'switch succeeded', 'verify succeeded']);
    await until('the old side is cleaned up', async () => ((await deployment.told('CleanupFinished')).length > 0 ? true : undefined));
    expect(shop.agent.applied()).toEqual(['1.1.0×4 1.0.0×4 0 %', '1.1.0×4 1.0.0×4 100 %', '1.1.0×4 - 100 %']);
    const after = await deployment.view();
    expect(after).toMatchObject({ state: 'Succeeded', reason: ended.reason });
    expect(stepsOf(after, 'cleanup')).toEqual(['cleanup succeeded']);
  });

  it('goes back when the preview is not healthy, and no client ever saw it', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'blue-green' } });
    await shop.isServed();
    shop.agent.handling = ({ verb }) => (verb === 'verify' ? 'failed' : 'succeeded');
    await (await shop.deploy('1.1.0')).endsAs('RolledBack');
    expect(shop.agent.applied()).toEqual(['1.1.0×4 1.0.0×4 0 %', '- 1.0.0×4 0 %']);
  });

  it('switches back when the analysis after the switch fails', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'blue-green', postPromotionAnalysis: { template: OWN_TEMPLATE } } });
    await shop.isServed();
    shop.agent.behaviour = { '1.0.0': { requests: 0, errors: 0 }, '1.1.0': { requests: 100, errors: 7 } };
    const ended = await (await shop.deploy('1.1.0')).endsAs('RolledBack');
    expect(ended.verdicts).toMatchObject([{ verdict: 'Failed' }]);
    expect(shop.agent.applied()).toEqual(['1.1.0×4 1.0.0×4 0 %', '1.1.0×4 1.0.0×4 100 %', '- 1.0.0×4 0 %']);
    expect(await shop.serving()).toMatchObject({ release: '1.0.0', heldBy: null });
  });

  it('waits for an approval where it does not switch by itself', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'blue-green', automaticSwitch: false, scaleDownDelaySeconds: 3600 } });
    await shop.isServed();
    const deployment = await shop.deploy('1.1.0');
    const waiting = await deployment.running('approve');
    expect(waiting.weightPercent).toEqual({});
    await tenant.client.approveDeployment({ ...deployment.params, body: { step: waiting.step ?? '' } });
    await deployment.endsAs('Succeeded');
  });

  const succeeded = async (scaleDownDelaySeconds: number) => {
    const shop = await Shop.open(tenant, { strategy: { type: 'blue-green', scaleDownDelaySeconds } });
    await shop.isServed();
    const deployment = await shop.deploy('1.1.0');
    await deployment.endsAs('Succeeded');
    expect(shop.agent.applied()).toEqual(['1.1.0×4 1.0.0×4 0 %', '1.1.0×4 1.0.0×4 100 %']);
    shop.agent.commands.length = 0;
    return { shop, deployment };
  };
  const isTakenOver = async (deployment: Deployment) => {
    await until('the clean-up is given up', async () => ((await deployment.told('CleanupFinished')).length > 0 ? true : undefined));
    expect((await deployment.events()).at(-1)).toMatchObject({ type: 'CleanupFinished', payload: { outcome: 'takenOver' } });
  };

  it('is only switched back by a rollback within the delay, which takes the old side over', async () => {
    const { shop, deployment } = await succeeded(stretched(6));
    const back = new Deployment(tenant, (await tenant.client.rollbackDeployment(deployment.params)).id);
    const ended = await back.endsAs('Succeeded');
    await isTakenOver(deployment);
    expect(stepsOf(ended)).toEqual(['promote succeeded', 'verify succeeded', 'retire succeeded']);
    expect(shop.agent.applied()).toEqual(['1.0.0×4 1.1.0×4 100 %', '1.0.0×4 - 100 %']);
    expect(await shop.serving()).toMatchObject({ release: '1.0.0' });
  });

  it('gives its old side to the next deployment within the delay, which begins from the release that serves', async () => {
    const { shop, deployment } = await succeeded(stretched(6));
    const next = await shop.deploy('1.2.0', { strategy: { type: 'blue-green', scaleDownDelaySeconds: 0 } });
    const ended = await next.endsAs('Succeeded');
    await isTakenOver(deployment);
    await until('the old side is cleaned up', async () => ((await next.told('CleanupFinished')).length > 0 ? true : undefined));
    expect(ended.targets).toMatchObject([{ stable: '1.1.0' }]);
    expect(shop.agent.applied()).toEqual(['1.2.0×4 1.1.0×4 0 %', '1.2.0×4 1.1.0×4 100 %', '1.2.0×4 - 100 %']);
    expect(await shop.serving()).toMatchObject({ release: '1.2.0', heldBy: null });
  });
});
