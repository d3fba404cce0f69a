import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Shop } from './shop.ts';
import type { Strategy } from './shop.ts';
import { problemOf } from './http.ts';
import { Tenant } from './tenant.ts';
import { until } from './until.ts';

/** Runs until somebody promotes. */
const untilPromoted: Strategy = { type: 'canary', steps: [{ weightPercent: 10 }, { pause: {} }] };

describe.concurrent('while a deployment holds a target, another request', () => {
  let tenant: Tenant;
  beforeAll(async () => { tenant = await Tenant.open('queue'); });
  afterAll(async () => await tenant.close());

  const busy = async () => {
    const shop = await Shop.open(tenant, { strategy: untilPromoted });
    await shop.isServed();
    const running = await shop.deploy('1.1.0');
    await running.running('pause');
    return { shop, running };
  };

  it('waits, says behind what, and is planned against what is stable when its turn comes', async () => {
    const { shop, running } = await busy();
    const queued = await shop.deploy('1.2.0');
    expect(await queued.view()).toMatchObject({ state: 'Requested', reason: `queued behind ${running.id}`, strategy: null, steps: [] });
    await tenant.client.promoteDeployment({ ...running.params, body: {} });
    await running.endsAs('Succeeded');
    const view = await queued.running('pause');
    expect(view).toMatchObject({ state: 'Progressing', targets: [{ stable: '1.1.0' }] });
    await tenant.client.promoteDeployment({ ...queued.params, body: {} });
    await queued.endsAs('Succeeded');
  });

  it('takes the place of a waiting one of the same or lower priority, and of no other', async () => {
    const { shop, running } = await busy();
    const low = await shop.deploy('1.2.0', { priority: 'low' });
    const normal = await shop.deploy('1.2.0');
    expect(await low.endsAs('Aborted')).toMatchObject({ reason: expect.stringContaining(`superseded by ${normal.id}`) });
    const later = await shop.deploy('1.2.0', { priority: 'low' });
    expect(await later.view()).toMatchObject({ state: 'Requested', reason: `queued behind ${normal.id}` });
    await tenant.client.abortDeployment({ ...later.params, body: { comment: 'not needed' } });
    expect(await later.endsAs('Aborted')).toMatchObject({ reason: expect.stringContaining('not needed') });
    const same = await shop.deploy('1.2.0');
    await normal.endsAs('Aborted');
    await tenant.client.abortDeployment({ ...running.params, body: {} });
    await running.endsAs('Aborted');
    await same.running('pause');
  });

  it('supersedes it where asked to: the old one goes back to the stable release before the new one starts', async () => {
    const { shop, running } = await busy();
    const next = await shop.deploy('1.2.0', { ifRunning: 'supersede' });
    expect(await running.endsAs('Aborted')).toMatchObject({ reason: expect.stringContaining(`superseded by ${next.id}`), weightPercent: { [shop.agent.target]: 0 } });
    const view = await next.running('pause');
    expect(view.targets).toMatchObject([{ stable: '1.0.0' }]);
    const applied = shop.agent.applied();
    expect(applied.indexOf('- 1.0.0×4 0 %')).toBeLessThan(applied.indexOf('1.2.0×1 1.0.0×4 0 %'));
  });

  it('is refused where asked to be, and leaves nothing behind', async () => {
    const { shop, running } = await busy();
    const refused = await tenant.request('POST', '/v1/deployments', { body: shop.request('1.2.0', { ifRunning: 'refuse' }) });
    expect(problemOf(refused)).toMatchObject({ status: 409, code: 'already-running', detail: expect.stringContaining(running.id) });
    const releases = async () => (await tenant.client.listDeployments({ query: { application: shop.application } })).items.map((one) => one.release);
    await until('the list has what runs', async () => ((await releases()).includes('1.1.0') ? true : undefined));
    expect((await releases()).toSorted()).toEqual(['1.0.0', '1.1.0']);
  });

  it('of another application goes its way', async () => {
    const [{ shop }, other] = await Promise.all([busy(), Shop.open(tenant)]);
    await (await other.deploy('1.0.0')).endsAs('Succeeded');
    expect(await shop.serving()).toMatchObject({ release: '1.0.0', heldBy: expect.stringMatching(/^dep-/) });
  });
});
