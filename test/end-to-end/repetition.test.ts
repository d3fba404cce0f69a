import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { accepted } from '#contracts/http/deployment-routes';

import { Deployment } from './deployment.ts';
import { told } from './http.ts';
import { Shop } from './shop.ts';
import { Tenant } from './tenant.ts';
import { until } from './until.ts';

let tenant: Tenant;
let other: Tenant;
beforeAll(async () => { [tenant, other] = await Promise.all([Tenant.open('repetition'), Tenant.open('repetition')]); });
afterAll(async () => { await Promise.all([tenant.close(), other.close()]); });

describe.concurrent('an idempotency key', () => {
  const ask = async (of: Tenant, key: string, body: object) => await of.request('POST', '/v1/deployments', { body, headers: { 'idempotency-key': key } });

  it('makes a repeated request happen once, and gives the first answer again', async () => {
    const shop = await Shop.open(tenant);
    const key = randomUUID();
    const [first, second] = [await ask(tenant, key, shop.request('1.0.0')), await ask(tenant, key, shop.request('1.0.0'))];
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.text).toBe(first.text);
    expect([first.headers.get('idempotency-replayed'), second.headers.get('idempotency-replayed')]).toEqual([null, 'true']);
    const deployer = await tenant.keyOf('deployer');
    const third = await tenant.request('POST', '/v1/deployments', { key: deployer.key, body: shop.request('1.0.0'), headers: { 'idempotency-key': key } });
    expect(third.text).toBe(first.text);
    await until('the list has it', async () => {
      const { items } = await tenant.client.listDeployments({ query: { application: shop.application } });
      return items.length > 0 ? true : undefined;
    });
    await new Deployment(tenant, accepted.parse(JSON.parse(first.text)).id).ended();
    expect((await tenant.client.listDeployments({ query: { application: shop.application } })).items).toHaveLength(1);
  });

  it('makes requests at the same moment happen once', async () => {
    const shop = await Shop.open(tenant);
    const key = randomUUID();
    const answered = await Promise.all(Array.from({ length: 5 }, () => ask(tenant, key, shop.request('1.0.0'))));
    const taken = answered.filter((one) => one.status === 202);
    expect(new Set(taken.map((one) => one.text)).size).toBe(1);
    for (const one of answered.filter((each) => each.status !== 202)) {
      expect(told(one)).toMatchObject({ status: 409, code: 'idempotency-in-flight' });
      expect(Number(one.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const again = await ask(tenant, key, shop.request('1.0.0'));
    expect(again.text).toBe(taken[0]?.text);
  });

  it('used for another request is refused', async () => {
    const shop = await Shop.open(tenant);
    const key = randomUUID();
    expect((await ask(tenant, key, shop.request('1.0.0'))).status).toBe(202);
    expect(told(await ask(tenant, key, shop.request('1.1.0')))).toMatchObject({ status: 422, code: 'idempotency-mismatch' });
  });

  it('of another tenant is another key', async () => {
    const [shop, theirs] = await Promise.all([Shop.open(tenant), Shop.open(other)]);
    const key = randomUUID();
    const [first, second] = [await ask(tenant, key, shop.request('1.0.0')), await ask(other, key, theirs.request('1.0.0'))];
    expect([first.status, second.status, second.headers.get('idempotency-replayed')]).toEqual([202, 202, null]);
    expect(second.text).not.toBe(first.text);
  });

  it('of a request that was refused is free again', async () => {
    const shop = await Shop.open(tenant);
    const key = randomUUID();
    const body = { ...shop.request('1.0.0'), environment: 'not-there-yet' };
    expect((await ask(tenant, key, body)).status).toBe(422);
    const { apiVersion, kind, spec } = await tenant.client.getEnvironment({ params: { name: shop.environment } });
    await tenant.client.putEnvironment({ params: { name: 'not-there-yet' }, body: { apiVersion, kind, metadata: { name: 'not-there-yet' }, spec } });
    expect((await ask(tenant, key, body)).status).toBe(202);
  });

  it('repeats the value of a new key to the key alone that asked for it', async () => {
    const key = randomUUID();
    const second = await tenant.keyOf('admin', { name: 'second-admin' });
    const make = async (as: string) => await tenant.request('POST', '/v1/keys', { key: as, body: { name: 'once', role: 'viewer' }, headers: { 'idempotency-key': key } });
    const [first, again, others] = [await make(tenant.adminKey), await make(tenant.adminKey), await make(second.key)];
    expect(again.text).toBe(first.text);
    expect([others.status, others.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(others.text).not.toBe(first.text);
  });
});

describe.concurrent('a version', () => {
  const path = (name: string) => `/v1/targets/${name}`;
  const target = (name: string, description: string) => ({ apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name }, spec: { provider: 'agent', description } });

  it('is the ETag, and If-Match changes or deletes at that version only', async () => {
    const put = async (description: string, ifMatch?: string) => await tenant.request('PUT', path('versioned'), { body: target('versioned', description), ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }) });
    expect((await put('first')).headers.get('etag')).toBe('"1"');
    expect((await put('first')).headers.get('etag')).toBe('"1"');
    expect((await put('second', '"1"')).headers.get('etag')).toBe('"2"');
    expect(told(await put('third', '"1"'))).toMatchObject({ status: 412, code: 'precondition-failed' });
    expect((await tenant.request('DELETE', path('versioned'), { headers: { 'if-match': '"1"' } })).status).toBe(412);
    const present = await tenant.request('GET', path('versioned'));
    expect([present.headers.get('etag'), JSON.parse(present.text)]).toMatchObject(['"2"', { version: 2, spec: { description: 'second' } }]);
    expect((await tenant.request('DELETE', path('versioned'), { headers: { 'if-match': '"2"' } })).status).toBe(204);
    expect((await put('new', '"2"')).status).toBe(412);
    expect(Number((await put('new')).headers.get('etag')?.slice(1, -1))).toBeGreaterThan(2);
  });

  it('of two who change the same version lets one through', async () => {
    await tenant.client.putTarget({ params: { name: 'contested' }, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name: 'contested' }, spec: { provider: 'agent' } } });
    const answered = await Promise.all(['one', 'other', 'third'].map((description) => tenant.request('PUT', path('contested'), { body: target('contested', description), headers: { 'if-match': '"1"' } })));
    expect(answered.map((one) => one.status).toSorted()).toEqual([200, 412, 412]);
  });

  it('of a deployment is its ETag too, and guards an action', async () => {
    const shop = await Shop.open(tenant, { environment: { approvals: { required: 1 } } });
    const deployment = await shop.deploy('1.0.0');
    await deployment.running('approve');
    const shown = await tenant.request('GET', `/v1/deployments/${deployment.id}`);
    const approve = async (ifMatch: string) => await tenant.request('POST', `/v1/deployments/${deployment.id}/approve`, { body: {}, headers: { 'if-match': ifMatch } });
    expect(told(await approve('"1"'))).toMatchObject({ status: 412, code: 'precondition-failed' });
    expect((await deployment.view()).approvals).toEqual([]);
    expect((await approve(shown.headers.get('etag') ?? '')).status).toBe(200);
    await deployment.endsAs('Succeeded');
  });
});
