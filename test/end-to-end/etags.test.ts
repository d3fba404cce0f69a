import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { request, told } from './http.ts';
import type { Answered } from './http.ts';
import { systemUnderTest } from './system-under-test.ts';
import { Tenant } from './tenant.ts';

let tenant: Tenant;
beforeAll(async () => { tenant = await Tenant.open('etags'); });
afterAll(async () => await tenant.close());

const asOperator = async (method: string, path: string, headers: { readonly [name: string]: string } = {}) => await request(method, path, { key: systemUnderTest.operatorKey, headers, ...(method === 'PUT' ? { body: {} } : {}) });
const tagOf = (answered: Answered) => answered.headers.get('etag');
const REFUSED = { status: 412, code: 'precondition-failed' };

describe.concurrent('an ETag', () => {
  it('of a secret is its version, and If-Match lets nobody overwrite what he has not seen', async () => {
    const path = '/v1/secrets/etag-token';
    const put = async (value: string, headers: { readonly [name: string]: string } = {}) => await tenant.request('PUT', path, { body: { value }, headers });
    expect(told(await put('first', { 'if-match': '"1"' }))).toMatchObject(REFUSED);
    expect(tagOf(await put('first'))).toBe('"1"');
    expect(tagOf(await put('second', { 'if-match': '"1"' }))).toBe('"2"');
    expect(told(await put('late', { 'if-match': '"1"' }))).toMatchObject(REFUSED);
    expect(told(await tenant.request('POST', `${path}/rotate`, { body: { value: 'late' }, headers: { 'if-match': '"1"' } }))).toMatchObject(REFUSED);
    expect(told(await tenant.request('DELETE', path, { headers: { 'if-match': '"1"' } }))).toMatchObject(REFUSED);
    expect(tagOf(await tenant.request('GET', path))).toBe('"2"');
    expect((await tenant.request('DELETE', path, { headers: { 'if-match': '"2"' } })).status).toBe(204);
    expect(tagOf(await put('anew'))).not.toBe('"1"');
  });

  it('of a key is the version of its stream, at which it is revoked', async () => {
    const { id } = await tenant.keyOf('viewer', { name: 'etag' });
    const path = `/v1/keys/${id}`;
    expect(tagOf(await tenant.request('GET', path))).toBe('"1"');
    expect(told(await tenant.request('DELETE', path, { headers: { 'if-match': '"2"' } }))).toMatchObject(REFUSED);
    expect((await tenant.request('DELETE', path, { headers: { 'if-match': '"1"' } })).status).toBe(204);
    expect(tagOf(await tenant.request('GET', path))).toBe('"2"');
    expect((await tenant.request('GET', '/v1/keys/key-unknown')).status).toBe(404);
  });

  it('of a tenant is the version of its stream, at which it is deleted', async () => {
    const doomed = await Tenant.open('doomed');
    const path = `/v1/tenants/${doomed.name}`;
    await doomed.close();
    expect(tagOf(await asOperator('GET', path))).toBe('"1"');
    expect(tagOf(await asOperator('PUT', path, { 'if-match': '"1"' }))).toBe('"1"');
    expect(told(await asOperator('PUT', path, { 'if-match': '"2"' }))).toMatchObject(REFUSED);
    expect(told(await asOperator('DELETE', path, { 'if-match': '"2"' }))).toMatchObject(REFUSED);
    expect((await asOperator('DELETE', path, { 'if-match': '"1"' })).status).toBe(204);
    expect((await asOperator('GET', path)).status).toBe(404);
  });

  it('of a target\'s status is the same while the status is, and another when an agent comes', async () => {
    const name = 'etag-target';
    await tenant.client.putTarget({ params: { name }, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name }, spec: { provider: 'agent' } } });
    const look = async () => tagOf(await tenant.request('GET', `/v1/targets/${name}/status`));
    const before = await look();
    expect(before).toMatch(/^"\d+"$/);
    expect(await look()).toBe(before);
    const { client } = await tenant.keyOf('agent', { target: name });
    await client.claimTarget({ params: { name }, body: { instance: 'etag-agent' } });
    expect(await look()).not.toBe(before);
  });
});
