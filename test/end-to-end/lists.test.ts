import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

import { eventEnvelope } from '#contracts/events';

import { read, told } from './http.ts';
import { Shop } from './shop.ts';
import { Tenant } from './tenant.ts';
import { until } from './until.ts';

let tenant: Tenant;
beforeAll(async () => { tenant = await Tenant.open('lists'); });
afterAll(async () => await tenant.close());

const page = z.looseObject({ items: z.array(z.unknown()), nextCursor: z.string().optional() });
const namedItem = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });

describe.concurrent('a list', () => {
  const names = Array.from({ length: 7 }, (_, index) => `template-${index}`);
  let pages: Tenant;
  beforeAll(async () => {
    pages = await Tenant.open('pages');
    for (const name of names) {
      const spec = { metrics: [{ name: 'errors', measure: 'errorPercent', failure: { op: '>', value: 2 } }] } as const;
      await pages.client.putAnalysisTemplate({ params: { name }, body: { apiVersion: 'sluice.dev/v1', kind: 'AnalysisTemplate', metadata: { name }, spec: { ...spec, metrics: [...spec.metrics] } } });
    }
    await until('the list has them all', async () => ((await pages.client.listAnalysisTemplates()).items.length === names.length ? true : undefined));
  });
  afterAll(async () => await pages.close());
  const list = async (query: string, of = pages, path = '/v1/analysis-templates') => await of.request('GET', `${path}?${query}`);

  it('is gone through page by page, in one order, whatever the size of the pages', async () => {
    const found: string[] = [];
    let cursor = '';
    for (const limit of [3, 1, 2, 50]) {
      const { items, nextCursor } = read(page, await list(`limit=${limit}${cursor}`));
      found.push(...items.map((one) => namedItem.parse(one).metadata.name));
      cursor = nextCursor === undefined ? '' : `&cursor=${encodeURIComponent(nextCursor)}`;
    }
    expect(found).toEqual(names);
    expect(cursor).toBe('');
  });

  it('takes a cursor of its own only: no other tenant\'s, no other list\'s, none that was made up', async () => {
    const { nextCursor = '' } = read(page, await list('limit=2'));
    const cursor = `cursor=${encodeURIComponent(nextCursor)}`;
    const refused = [await list(cursor, tenant), await list(cursor, pages, '/v1/targets'), await list('cursor=made-up'), await list(`cursor=${encodeURIComponent(`${nextCursor}x`)}`)];
    for (const one of refused) expect(told(one)).toMatchObject({ status: 400, code: 'malformed-request', fields: [['query.cursor', expect.any(String)]] });
    const { key } = await pages.keyOf('viewer');
    expect((await pages.request('GET', `/v1/analysis-templates?${cursor}`, { key })).status).toBe(200);
  });

  it('takes from 1 to 200 items at a time, and no parameter that it does not know', async () => {
    for (const [query, field] of [['limit=0', 'query.limit'], ['limit=201', 'query.limit'], ['limit=ten', 'query.limit'], ['colour=red', 'query.colour']] as const) {
      expect(told(await list(query))).toMatchObject({ status: 400, fields: [[field, expect.anything()]] });
    }
  });
});

describe.concurrent('the list of deployments', () => {
  it('is newest first, and found by application, environment and state, alone and together', async () => {
    const [one, other] = await Promise.all([Shop.open(tenant, { environment: { approvals: { required: 1 } } }), Shop.open(tenant)]);
    const waiting = await one.deploy('1.0.0');
    const first = await other.deploy('1.0.0');
    await first.endsAs('Succeeded');
    const second = await other.deploy('1.1.0');
    await second.endsAs('Succeeded');
    await waiting.running('approve');
    const ids = async (query: object) => (await tenant.client.listDeployments({ query })).items.map((each) => each.id);
    await until('the list has them', async () => ((await ids({ application: other.application })).length === 2 && (await ids({ environment: one.environment })).length === 1 ? true : undefined));
    expect(await ids({ application: other.application })).toEqual([second.id, first.id]);
    expect(await ids({ environment: one.environment })).toEqual([waiting.id]);
    await until('the list knows the states', async () => ((await ids({ state: 'Succeeded' })).includes(second.id) && (await ids({ state: 'Progressing' })).includes(waiting.id) ? true : undefined));
    expect(await ids({ state: 'Failed' })).toEqual([]);
    expect(await ids({ application: 'not-there' })).toEqual([]);
    expect(await ids({ application: other.application, state: 'Succeeded' })).toEqual([second.id, first.id]);
    expect(await ids({ application: other.application, environment: other.environment, state: 'Succeeded', limit: 1 })).toEqual([second.id]);
    expect(await ids({ application: one.application, state: 'Succeeded' })).toEqual([]);
    expect(await ids({ environment: one.environment, state: 'Progressing' })).toEqual([waiting.id]);
    expect(await ids({ application: one.application, environment: other.environment })).toEqual([]);
    const { nextCursor = '' } = await tenant.client.listDeployments({ query: { application: other.application, limit: 1 } });
    const elsewhere = await tenant.request('GET', `/v1/deployments?environment=${other.environment}&cursor=${encodeURIComponent(nextCursor)}`);
    expect(told(elsewhere)).toMatchObject({ status: 400, fields: [['query.cursor', expect.any(String)]] });
    const [summary] = (await tenant.client.listDeployments({ query: { application: other.application } })).items;
    expect(summary).toMatchObject({ release: '1.1.0', state: 'Succeeded', step: null, weightPercent: { [other.agent.target]: 100 } });
  });
});

describe.concurrent('the other lists', () => {
  it('are narrowed by filters of their own', async () => {
    const shop = await Shop.open(tenant);
    const { application, environment, agent: { target } } = shop;
    await tenant.client.setSecret({ params: { name: 'filter-token' }, body: { value: 'x' } });
    await tenant.keyOf('approver', { name: 'filtered' });
    const { client } = tenant;
    await until('the lists have them', async () => ((await client.listAllReleases({ query: { application } })).items.length > 0 && (await client.listEnvironments({ query: { target } })).items.length > 0 ? true : undefined));
    expect((await client.listAllReleases({ query: { application } })).items).toEqual((await client.listReleases({ params: { application } })).items);
    expect((await client.listEnvironments({ query: { target } })).items.map((one) => one.metadata.name)).toEqual([environment]);
    expect((await client.listTargets({ query: { provider: 'agent', limit: 200 } })).items.map((one) => one.metadata.name)).toContain(target);
    expect((await client.listSecrets({ query: { prefix: 'filter-' } })).items.map((one) => one.name)).toEqual(['filter-token']);
    expect((await client.listKeys({ query: { role: 'approver' } })).items.map((one) => one.name)).toContain('filtered');
    expect((await client.listKeys({ query: { target } })).items.every((one) => one.target === target && one.role === 'agent')).toBe(true);
  });

  it('refuse a filter that is none of theirs, and a value that a filter cannot have', async () => {
    for (const [path, field] of [['/v1/secrets?role=viewer', 'query.role'], ['/v1/keys?role=operator', 'query.role'], ['/v1/targets?provider=abacus', 'query.provider'], ['/v1/secrets?prefix=A', 'query.prefix'], ['/v1/deployments?state=Sleeping', 'query.state']] as const) {
      expect(told(await tenant.request('GET', path))).toMatchObject({ status: 400, fields: [[field, expect.anything()]] });
    }
    expect(told(await tenant.request('GET', '/v1/events?type=ApiKeyCreated'))).toMatchObject({ status: 422, code: 'rule-broken', fields: [['query.type', 'ApiKeyCreated']] });
  });
});

describe.concurrent('the list of events', () => {
  it('has everything of the tenant once, each stream in its order, chained by hashes', async () => {
    const shop = await Shop.open(tenant);
    const deployment = await shop.deploy('1.0.0');
    await deployment.endsAs('Succeeded');
    await tenant.settled();
    const found = new Map<string, { readonly version: number; readonly hash: string }[]>();
    for await (const { stream, version, hash } of tenant.client.items('listEvents', { query: { limit: 100 } })) found.set(stream, [...(found.get(stream) ?? []), { version, hash }]);
    for (const events of found.values()) expect(events.map((one) => one.version)).toEqual(events.map((_, index) => index + 1));
    const hashes = [...found.values()].flat().map((one) => one.hash);
    expect(new Set(hashes).size).toBe(hashes.length);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect([...found.keys()]).toEqual(expect.arrayContaining([`target/${shop.agent.target}`, `application/${shop.application}`, `release/${shop.application}/1.0.0`, `deployment/${deployment.id}`]));
  });

  it('can be had for one stream, and that of a deployment is the same', async () => {
    const shop = await Shop.open(tenant);
    const deployment = await shop.deploy('1.0.0');
    await deployment.endsAs('Succeeded');
    const ofStream = read(page, await tenant.request('GET', `/v1/events?stream=${encodeURIComponent(`deployment/${deployment.id}`)}&limit=200`)).items;
    expect(ofStream).toEqual(await deployment.events());
    expect(eventEnvelope.omit({ tenant: true }).parse(ofStream[0])).toMatchObject({ version: 1, type: 'DeploymentRequested' });
    expect(read(page, await tenant.request('GET', '/v1/events?stream=nothing/at-all')).items).toEqual([]);
    const planned = (await tenant.client.listDeploymentEvents({ params: { id: deployment.id }, query: { type: 'DeploymentPlanned' } })).items;
    expect(planned).toEqual((await deployment.events()).filter((one) => one.type === 'DeploymentPlanned'));
    expect(planned).toHaveLength(1);
  });

  it('tells who did what to resources and keys', async () => {
    const params = { name: 'audited' };
    await tenant.client.putTarget({ params, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: params, spec: { provider: 'agent' } } });
    const { id, client } = await tenant.keyOf('deployer', { name: 'somebody' });
    await client.deleteTarget({ params });
    await tenant.client.revokeKey({ params: { id } });
    await until('all is told', () => (tenant.feed.of(`key/${id}`).length === 2 ? true : undefined));
    expect(tenant.feed.of('target/audited').map((one) => [one.type, one.payload])).toMatchObject([['ResourceApplied', { resource: { kind: 'Target' } }], ['ResourceDeleted', { kind: 'Target', name: 'audited', by: id }]]);
    expect(tenant.feed.of(`key/${id}`).map((one) => one.type)).toEqual(['ApiKeyCreated', 'ApiKeyRevoked']);
  });
});
