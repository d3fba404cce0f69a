import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { stepsOf } from './deployment.ts';
import { Shop } from './shop.ts';
import { Tenant } from './tenant.ts';

let tenant: Tenant;
beforeAll(async () => { tenant = await Tenant.open('rolling'); });
afterAll(async () => await tenant.close());

describe.concurrent('a rolling deployment', () => {
  it('replaces batch after batch, and verifies each', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'rolling', batchSize: 2 } });
    await shop.isServed();
    const ended = await (await shop.deploy('1.1.0')).endsAs('Succeeded');
    expect(shop.agent.applied()).toEqual(['1.1.0×2 1.0.0×2 50 %', '1.1.0×4 - 100 %']);
    expect(stepsOf(ended)).toEqual(['replace succeeded', 'verify succeeded', 'promote succeeded', 'verify succeeded']);
    expect(await shop.serving()).toMatchObject({ release: '1.1.0' });
  });

  it('stops old instances first, as many as may be missing', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'rolling', batchSize: '50%', maxUnavailable: 1 } });
    await shop.isServed();
    await (await shop.deploy('1.1.0')).endsAs('Succeeded');
    expect(shop.agent.applied()).toEqual(['- 1.0.0×3 0 %', '1.1.0×2 1.0.0×2 50 %', '1.1.0×2 1.0.0×1 50 %', '1.1.0×4 - 100 %']);
  });

  it('brings the old instances back when a batch fails', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'rolling', batchSize: 1 } });
    await shop.isServed();
    shop.agent.handling = ({ desired }) => (desired.new?.replicas === 2 ? 'failed' : 'succeeded');
    const ended = await (await shop.deploy('1.1.0')).endsAs('RolledBack');
    expect(ended.reason).toContain('Replace batch 2 of 4');
    expect(shop.agent.applied()).toEqual(['1.1.0×1 1.0.0×3 25 %', '1.1.0×2 1.0.0×2 50 %', '- 1.0.0×4 0 %']);
    expect(await shop.serving()).toMatchObject({ release: '1.0.0', heldBy: null });
  });
});

describe.concurrent('a recreation', () => {
  it('stops everything old, then starts everything new', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'recreate' } });
    await shop.isServed();
    const ended = await (await shop.deploy('1.1.0')).endsAs('Succeeded');
    expect(shop.agent.applied()).toEqual(['- - 0 %', '1.1.0×4 - 100 %']);
    expect(stepsOf(ended)).toEqual(['replace succeeded', 'promote succeeded', 'verify succeeded']);
  });

  it('starts the old release again when the new one does not start', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'recreate' } });
    await shop.isServed();
    shop.agent.handling = ({ verb, desired }) => (verb === 'apply' && desired.new !== null ? 'failed' : 'succeeded');
    await (await shop.deploy('1.1.0')).endsAs('RolledBack');
    expect(shop.agent.applied().at(-1)).toBe('- 1.0.0×4 0 %');
    expect(await shop.serving()).toMatchObject({ release: '1.0.0', heldBy: null });
  });
});

describe.concurrent('a first deployment', () => {
  it.each(['canary', 'blue-green', 'rolling', 'recreate'] as const)('by %s goes straight to all traffic', async (strategy) => {
    const shop = await Shop.open(tenant);
    const ended = await (await shop.deploy('1.0.0', { strategy })).endsAs('Succeeded');
    expect(shop.agent.applied()).toEqual(['1.0.0×4 - 100 %']);
    expect(stepsOf(ended)).toEqual(['promote succeeded', 'verify succeeded']);
    expect(ended).toMatchObject({ strategy, targets: [{ stable: null }] });
  });

  it('that fails has stopped what it started, and nothing serves', async () => {
    const shop = await Shop.open(tenant);
    // The check before is answered by the target too, and must pass for anything to be changed.
    shop.agent.handling = ({ verb, desired }) => (verb === 'apply' && desired.new !== null ? 'failed' : 'succeeded');
    const ended = await (await shop.deploy('1.0.0')).endsAs('Failed');
    expect(ended.reason).toContain('there was no stable release to return to');
    expect(shop.agent.applied()).toEqual(['1.0.0×4 - 100 %', '- - 0 %']);
    expect(await shop.serving()).toMatchObject({ release: null, heldBy: null });
  });
});
