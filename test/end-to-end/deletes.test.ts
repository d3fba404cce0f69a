import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createClient } from '#client/index';

import { problemOf, request } from './http.ts';
import { OWN_TEMPLATE, Shop } from './shop.ts';
import { systemUnderTest } from './system-under-test.ts';
import { Tenant } from './tenant.ts';
import { until } from './until.ts';

describe.concurrent('what is in use', () => {
  let tenant: Tenant;
  beforeAll(async () => { tenant = await Tenant.open('deletes'); });
  afterAll(async () => await tenant.close());

  const remove = async (path: string) => await tenant.request('DELETE', path);
  const users = async (path: string) => {
    const { status, code, context } = problemOf(await remove(path));
    return { status, code, usedBy: context?.usedBy };
  };
  const inUse = (...usedBy: readonly string[]) => ({ status: 409, code: 'in-use', usedBy });

  it('cannot be deleted, and it is said who uses it; afterwards it can', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { analysis: { template: OWN_TEMPLATE } }] } });
    expect(await users(`/v1/targets/${shop.agent.target}`)).toEqual(inUse(`environments/${shop.environment}`));
    expect(await users(`/v1/analysis-templates/${shop.template}`)).toEqual(inUse(`environments/${shop.environment}`));
    expect(await users(`/v1/applications/${shop.application}`)).toEqual(inUse(...['1.0.0', '1.1.0', '1.2.0'].map((name) => `releases/${shop.application}/${name}`)));
    for (const release of ['1.0.0', '1.1.0', '1.2.0']) expect((await remove(`/v1/applications/${shop.application}/releases/${release}`)).status).toBe(204);
    expect((await remove(`/v1/environments/${shop.environment}`)).status).toBe(204);
    // An agent whose target goes would be told so, and that is no trouble of this test.
    await shop.agent.stop();
    for (const path of [`/v1/targets/${shop.agent.target}`, `/v1/analysis-templates/${shop.template}`, `/v1/applications/${shop.application}`]) {
      expect((await remove(path)).status).toBe(204);
      expect((await tenant.request('GET', path)).status).toBe(404);
      expect((await remove(path)).status).toBe(404);
    }
    await until('the list does not have it any more', async () => ((await tenant.client.listTargets()).items.some((one) => one.metadata.name === shop.agent.target) ? undefined : true));
  });

  it('by a deployment that goes on, or because it serves, cannot be deleted', async () => {
    const shop = await Shop.open(tenant, { strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { pause: {} }] } });
    await shop.isServed();
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('pause');
    const byDeployment = `deployment ${deployment.id}`;
    expect(await users(`/v1/environments/${shop.environment}`)).toEqual(inUse(byDeployment));
    expect(await users(`/v1/applications/${shop.application}/releases/1.1.0`)).toEqual(inUse(byDeployment));
    expect((await users(`/v1/applications/${shop.application}/releases/1.0.0`)).usedBy).toEqual([expect.stringContaining(`targets/${shop.agent.target}`)]);
    expect((await remove(`/v1/applications/${shop.application}/releases/1.2.0`)).status).toBe(204);
    await tenant.client.promoteDeployment({ ...deployment.params });
    await deployment.endsAs('Succeeded');
    expect((await remove(`/v1/applications/${shop.application}/releases/1.0.0`)).status).toBe(204);
    expect((await remove(`/v1/environments/${shop.environment}`)).status).toBe(204);
    expect((await users(`/v1/targets/${shop.agent.target}`)).usedBy).toEqual([expect.stringContaining(`releases/${shop.application}/1.1.0`)]);
  });

  it('of a tenant keeps the tenant; a deleted one has no keys left, and its name is never used again', async () => {
    const operator = createClient({ url: systemUnderTest.url, key: systemUnderTest.operatorKey });
    const gone = await Tenant.open('gone');
    const shop = await Shop.open(gone, { environment: { approvals: { required: 1 } } });
    const deployment = await shop.deploy('1.0.0');
    await deployment.running('approve');
    const asOperator = async (method: string, path = '', body?: object) => await request(method, `/v1/tenants/${gone.name}${path}`, { key: systemUnderTest.operatorKey, ...(body === undefined ? {} : { body }) });
    expect(problemOf(await asOperator('DELETE'))).toMatchObject({ status: 409, code: 'in-use', context: { usedBy: [`deployment ${deployment.id}`] } });
    await gone.client.abortDeployment({ ...deployment.params });
    await deployment.endsAs('Aborted');
    await gone.close();
    expect((await asOperator('DELETE')).status).toBe(204);
    await until('its keys are refused', async () => ((await gone.request('GET', '/v1')).status === 401 ? true : undefined));
    expect((await asOperator('DELETE')).status).toBe(404);
    expect((await asOperator('POST', '/keys', {})).status).toBe(404);
    expect(problemOf(await asOperator('PUT', '', {}))).toMatchObject({ status: 422, code: 'rule-broken' });
    await until('the list has the tenants that are there', async () => {
      const names: string[] = [];
      for await (const one of operator.items('listTenants', {})) names.push(one.name);
      return names.includes(tenant.name) && !names.includes(gone.name) ? true : undefined;
    });
  });
});
