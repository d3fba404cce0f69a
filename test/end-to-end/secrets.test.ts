import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { told } from './http.ts';
import { Shop } from './shop.ts';
import { Tenant } from './tenant.ts';

const [value, next] = [`first-${randomUUID()}`, `second-${randomUUID()}`];

describe.concurrent('a secret', () => {
  let tenant: Tenant;
  beforeAll(async () => { tenant = await Tenant.open('secrets'); });
  afterAll(async () => await tenant.close());

  const environment = (secret: string) => [{ name: 'DATABASE_PASSWORD', valueFrom: { secret } }, { name: 'LOG_LEVEL', value: 'info' }];

  it('reaches the commands of its target\'s agent, and nothing else that anybody can read', async () => {
    const secret = 'database-password';
    const params = { name: secret };
    await tenant.client.setSecret({ params, body: { value } });
    const shop = await Shop.open(tenant, { variables: { '1.0.0': environment(secret), '1.1.0': environment(secret) }, strategy: { type: 'rolling', batchSize: '100%' } });
    const first = await shop.deploy('1.0.0');
    await first.endsAs('Succeeded');
    expect(shop.agent.commands.length).toBeGreaterThan(2);
    for (const command of shop.agent.commands) expect(shop.agent.secrets.get(command.id)).toEqual({ [secret]: value });
    expect(JSON.stringify(shop.agent.commands)).not.toContain(value);
    await tenant.client.rotateSecret({ params, body: { value: next } });
    shop.agent.commands.length = 0;
    shop.agent.handling = ({ verb }) => (verb === 'verify' ? 'failed' : 'succeeded');
    const second = await shop.deploy('1.1.0');
    await second.endsAs('RolledBack');
    for (const command of shop.agent.commands) expect(shop.agent.secrets.get(command.id)).toEqual({ [secret]: next });

    const readable = await Promise.all([
      ...['/docs', '/v1/events?limit=200', '/v1/deployments', `/v1/deployments/${first.id}`, `/v1/deployments/${second.id}`, `/v1/deployments/${second.id}/events?limit=200`, '/v1/secrets', `/v1/secrets/${secret}`, '/v1/keys', '/v1/applications', `/v1/applications/${shop.application}/releases`, `/v1/targets/${shop.agent.target}/status`, '/metrics', '/openapi.json'].map(async (path) => (await tenant.request('GET', path)).text),
      ...[{ value: [value] }, { value, colour: value }, { valeu: value }, `{"value": "${value}`].map(async (body) => (await tenant.request('PUT', `/v1/secrets/${secret}`, { body })).text),
      tenant.request('POST', '/v1/plans', { body: shop.request('1.1.0') }).then((answered) => answered.text),
      tenant.request('POST', '/v1/validations', { body: shop.request('1.1.0') }).then((answered) => answered.text),
      JSON.stringify(tenant.feed.events),
    ]);
    expect(readable.filter((text) => text.includes(value) || text.includes(next)).map((text) => text.slice(0, 200))).toEqual([]);
    expect(await tenant.client.getSecret({ params })).toEqual({ name: secret, version: 2, createdAt: expect.any(String), updatedAt: expect.any(String) });
    expect(tenant.feed.of(`secret/${secret}`).map((one) => one.payload)).toMatchObject([{ name: secret, secretVersion: 1, rotated: false }, { name: secret, secretVersion: 2, rotated: true }]);
  });

  it('that is named and not there keeps a release from being deployed', async () => {
    const shop = await Shop.open(tenant, { variables: { '1.0.0': environment('nowhere') } });
    const ended = await (await shop.deploy('1.0.0')).endsAs('Failed');
    expect(ended.checks).toContainEqual(expect.objectContaining({ check: 'secrets', outcome: 'failed', reason: expect.stringContaining('nowhere') }));
    expect(shop.agent.applied()).toEqual([]);
  });

  it('can only be rotated when it is there, and only be deleted when nothing names it', async () => {
    const rotate = async (name: string) => await tenant.request('POST', `/v1/secrets/${name}/rotate`, { body: { value: next } });
    expect(told(await rotate('not-there'))).toMatchObject({ status: 404, code: 'not-found' });
    await tenant.client.setSecret({ params: { name: 'in-use' }, body: { value } });
    const shop = await Shop.open(tenant, { variables: { '1.2.0': environment('in-use') } });
    const refused = await tenant.request('DELETE', '/v1/secrets/in-use');
    expect(told(refused)).toMatchObject({ status: 409, code: 'in-use' });
    expect(refused.text).toContain(`releases/${shop.application}/1.2.0`);
    await tenant.client.deleteRelease({ params: { application: shop.application, name: '1.2.0' } });
    expect((await tenant.request('DELETE', '/v1/secrets/in-use')).status).toBe(204);
    expect((await tenant.request('GET', '/v1/secrets/in-use')).status).toBe(404);
  });

  it('is for those who may: a deployer reads its facts and sets nothing, a viewer sees none', async () => {
    await tenant.client.setSecret({ params: { name: 'guarded' }, body: { value } });
    const [deployer, viewer] = await Promise.all([tenant.keyOf('deployer'), tenant.keyOf('viewer')]);
    expect((await tenant.request('GET', '/v1/secrets/guarded', { key: deployer.key })).status).toBe(200);
    expect((await tenant.request('PUT', '/v1/secrets/guarded', { key: deployer.key, body: { value: next } })).status).toBe(403);
    expect((await tenant.request('GET', '/v1/secrets/guarded', { key: viewer.key })).status).toBe(403);
    expect((await tenant.client.getSecret({ params: { name: 'guarded' } })).version).toBe(1);
  });
});
