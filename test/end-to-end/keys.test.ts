import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { closeCodes } from '#contracts/stream';

import { request, told } from './http.ts';
import { RawStream } from './raw-stream.ts';
import { Shop } from './shop.ts';
import { systemUnderTest } from './system-under-test.ts';
import { Tenant } from './tenant.ts';
import { until } from './until.ts';

/** Source: RFC 6455, section 7.4.1. */
const NORMAL_CLOSURE = 1000;

describe.concurrent('a key', () => {
  let tenant: Tenant;
  beforeAll(async () => { tenant = await Tenant.open('keys'); });
  afterAll(async () => await tenant.close());

  it('is shown once, and afterwards only by its prefix, with its role, expiry and last use', async () => {
    const made = await tenant.client.createKey({ body: { name: 'ci', role: 'deployer', expiresInDays: 30 } });
    const { key, ...view } = made;
    expect(view).toMatchObject({ name: 'ci', role: 'deployer', target: null, lastUsedAt: null, revokedAt: null });
    expect(key.startsWith(view.prefix) && view.prefix.length < key.length / 2).toBe(true);
    expect(Math.round((Date.parse(view.expiresAt ?? '') - Date.parse(view.createdAt)) / 86_400_000)).toBe(30);
    expect((await tenant.clientOf(key).getService())).toMatchObject({ name: 'sluice', tenant: tenant.name, role: 'deployer' });
    const listed = await until('its use is noted', async () => (await tenant.client.listKeys()).items.find((one) => one.id === view.id && one.lastUsedAt !== null));
    expect(listed).toEqual({ ...view, lastUsedAt: expect.any(String) });
    expect((await tenant.request('GET', '/v1/keys')).text).not.toContain(key);
  });

  it('that is revoked works no more, and its connections close', async () => {
    const { id, key } = await tenant.keyOf('viewer', { name: 'short-lived' });
    const [gone, stays] = await Promise.all([RawStream.open(tenant, { key }), RawStream.open(tenant)]);
    await gone.subscribe('all', { kind: 'tenant' });
    expect((await tenant.request('DELETE', `/v1/keys/${id}`)).status).toBe(204);
    // API Gateway ends a connection with a code of its own.
    expect([closeCodes.keyInvalid, NORMAL_CLOSURE]).toContain(await gone.closed);
    await until('the key is refused', async () => ((await request('GET', '/v1', { key })).status === 401 ? true : undefined));
    expect(told(await request('GET', '/v1', { key }))).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(await RawStream.refusal(tenant, { key })).toBe(401);
    stays.send({ type: 'ping' });
    expect(await stays.next()).toEqual({ type: 'pong' });
    await until('the list says so', async () => ((await tenant.client.listKeys()).items.find((one) => one.id === id)?.revokedAt ?? undefined));
    expect((await tenant.request('DELETE', `/v1/keys/${id}`)).status).toBe(204);
    expect((await tenant.request('DELETE', '/v1/keys/key-unknown')).status).toBe(404);
  });

  it('of an agent is for its own target', async () => {
    const [shop, other] = await Promise.all([Shop.open(tenant), Shop.open(tenant)]);
    const { key } = await tenant.keyOf('agent', { target: shop.agent.target });
    const claim = async (target: string) => await request('POST', `/v1/targets/${target}/claim`, { key, body: { instance: 'some-instance' } });
    const [foreign, unknown] = [await claim(other.agent.target), await claim('no-such-target')];
    expect([foreign.status, unknown.status]).toEqual([404, 404]);
    expect((await claim(shop.agent.target)).status).toBe(200);
  });

  it('is asked for properly: an agent\'s with a target that is there, others\' without, none above the tenant', async () => {
    const ask = async (body: object) => told(await tenant.request('POST', '/v1/keys', { body }));
    expect(await ask({ name: 'x', role: 'agent' })).toMatchObject({ status: 422, code: 'rule-broken', fields: [['target', undefined]] });
    expect(await ask({ name: 'x', role: 'agent', target: 'nowhere' })).toMatchObject({ status: 422, code: 'unknown-reference', fields: [['target', 'nowhere']] });
    expect(await ask({ name: 'x', role: 'viewer', target: 'nowhere' })).toMatchObject({ status: 422, fields: [['target', 'nowhere']] });
    expect(await ask({ name: 'x', role: 'operator' })).toMatchObject({ status: 400, fields: [['role', 'operator']] });
    expect(await ask({ name: 'x', role: 'viewer', expiresInDays: 0 })).toMatchObject({ status: 400, fields: [['expiresInDays', 0]] });
  });

  it('of an operator manages tenants, and sees nothing of theirs', async () => {
    const key = systemUnderTest.operatorKey;
    expect(JSON.parse((await request('GET', '/v1', { key })).text)).toMatchObject({ tenant: null, role: 'operator' });
    for (const path of ['/v1/deployments', '/v1/events', '/v1/targets', '/v1/keys', '/v1/secrets']) expect(told(await request('GET', path, { key }))).toMatchObject({ status: 403, code: 'forbidden' });
    expect((await tenant.request('GET', '/v1/tenants')).status).toBe(403);
  });

  it('of another tenant\'s admin is an admin\'s, and sees nothing of this tenant', async () => {
    const other = await Tenant.open('keys');
    try {
      const key = other.adminKey;
      expect(JSON.parse((await request('GET', '/v1', { key })).text)).toMatchObject({ tenant: other.name, role: 'admin' });
      const shop = await Shop.open(tenant);
      expect((await tenant.request('GET', `/v1/applications/${shop.application}`)).status).toBe(200);
      expect((await request('GET', `/v1/applications/${shop.application}`, { key })).status).toBe(404);
    } finally {
      await other.close();
    }
  });
});
