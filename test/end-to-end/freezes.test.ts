import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { problemOf, told } from './http.ts';
import { Shop } from './shop.ts';
import { Tenant } from './tenant.ts';
import { stretched } from './until.ts';

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

describe.concurrent('a freeze', () => {
  let tenant: Tenant;
  beforeAll(async () => { tenant = await Tenant.open('freezes'); });
  afterAll(async () => await tenant.close());

  it('refuses a request, tells when it ends, and leaves nothing behind', async () => {
    const endsAt = inSeconds(3600);
    const shop = await Shop.open(tenant, { environment: { freezes: [{ name: 'year-end', reason: 'holidays', startsAt: inSeconds(-60), endsAt }] } });
    const refused = problemOf(await tenant.request('POST', '/v1/deployments', { body: shop.request('1.0.0') }));
    expect(refused).toMatchObject({ status: 409, code: 'freeze-active', context: { freeze: 'year-end', endsAt }, detail: expect.stringContaining('holidays') });
    expect((await tenant.client.listDeployments({ query: { environment: shop.environment } })).items).toEqual([]);
    const { checks, passed } = await tenant.client.validateDeployment({ body: shop.request('1.0.0') });
    expect([passed, checks.find((one) => one.check === 'freeze')?.outcome]).toEqual([false, 'failed']);
  });

  it('that comes again and again refuses while it is on, by the clock of its zone', async () => {
    const always = { name: 'always', schedule: '* * * * *', durationMinutes: 1, timeZone: 'Europe/Berlin' } as const;
    const shop = await Shop.open(tenant);
    const freezes = async () => await tenant.request('PUT', `/v1/environments/${shop.environment}`, { body: { apiVersion: 'sluice.dev/v1', kind: 'Environment', metadata: { name: shop.environment }, spec: { waves: [{ targets: [shop.agent.target] }], freezes: [always] } } });
    expect(told(await freezes())).toMatchObject({ status: 422, code: 'rule-broken', fields: [['spec.freezes.0.schedule', '* * * * *']] });
    await shop.changeEnvironment({ freezes: [{ ...always, schedule: '*/2 * * * *', durationMinutes: 1 }, { ...always, name: 'between', schedule: '1-59/2 * * * *' }] });
    expect(told(await tenant.request('POST', '/v1/deployments', { body: shop.request('1.0.0') }))).toMatchObject({ status: 409, code: 'freeze-active' });
  });

  it('that begins later holds a deployment before its next change of traffic, until it is over', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { pause: {} }] } });
    await shop.isServed();
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('pause');
    const endsAt = inSeconds(stretched(7));
    await shop.changeEnvironment({ freezes: [{ name: 'evening', startsAt: inSeconds(-1), endsAt }] });
    await tenant.client.promoteDeployment({ ...deployment.params });
    expect(await deployment.paused()).toMatchObject({ paused: { by: 'freeze', until: endsAt, reason: expect.stringContaining('evening') }, weightPercent: { [shop.agent.target]: 10 } });
    expect(told(await tenant.request('POST', `/v1/deployments/${deployment.id}/resume`, { body: {} }))).toMatchObject({ status: 409, code: 'freeze-active' });
    await deployment.endsAs('Succeeded');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(endsAt));
    expect(await deployment.told('DeploymentPaused', 'DeploymentResumed')).toEqual(['DeploymentPaused', 'DeploymentResumed']);
  });

  it('does not hold the way back', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { pause: {} }] } });
    await shop.isServed();
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('pause');
    await shop.changeEnvironment({ freezes: [{ name: 'evening', startsAt: inSeconds(-1), endsAt: inSeconds(3600) }] });
    await tenant.client.promoteDeployment({ ...deployment.params });
    await deployment.paused();
    await tenant.client.abortDeployment({ ...deployment.params });
    await deployment.endsAs('Aborted');
    expect(shop.agent.applied().at(-1)).toBe('- 1.0.0×4 0 %');
  });
});
