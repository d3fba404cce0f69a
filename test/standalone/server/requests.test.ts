import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { problem } from '#contracts/errors';
import { routes } from '#contracts/http/routes';

import { exampleOperations } from './example-operations.ts';
import type { SeenCall } from './example-operations.ts';
import { Served } from './served.ts';

describe('a request', () => {
  const seen: SeenCall[] = [];
  let served: Served;
  beforeAll(async () => {
    const { getService: _service, createStreamTicket: _ticket, getHealth: _health, getMetrics: _metrics, getOpenapi: _openapi, getDocumentation: _page, getReadiness: _ready, ...operations } = exampleOperations((call) => seen.push(call));
    served = await Served.open({ operations });
  });
  afterAll(async () => await served.close());

  const asAdmin = (method: string, path: string, given: { readonly body?: unknown; readonly headers?: { readonly [name: string]: string } } = {}) => served.request(method, path, { key: served.keys.admin, ...given });
  const problemOf = async (response: Response) => {
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    return problem.parse(await response.json());
  };

  it('is answered by the use case of its route, with its parsed input and its caller', async () => {
    const response = await asAdmin('POST', '/v1/deployments', { body: { application: 'shop', release: '1.4.2', environment: 'production' } });
    expect(response.status).toBe(202);
    const call = seen.at(-1);
    expect(call?.operation).toBe('requestDeployment');
    expect(call?.input.body).toEqual({ application: 'shop', release: '1.4.2', environment: 'production', priority: 'normal', ifRunning: 'queue' });
    expect(call?.context).toMatchObject({ tenant: 'acme', caller: { tenant: 'acme', role: 'admin', keyName: 'admin', target: null }, baseUrl: served.url });
  });

  it('carries security headers and a trace id in every answer', async () => {
    for (const response of [await asAdmin('GET', '/v1'), await served.request('GET', '/nowhere'), await served.request('GET', '/healthz')]) {
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(response.headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  it('takes over the trace of a well-formed traceparent only', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const traced = async (traceparent: string) => (await served.request('GET', '/healthz', { headers: { traceparent } })).headers.get('x-trace-id');
    expect(await traced(`00-${trace}-00f067aa0ba902b7-01`)).toBe(trace);
    expect(await traced(`ff-${trace}-00f067aa0ba902b7-01`)).not.toBe(trace);
    expect(await traced(`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`)).not.toBe('0'.repeat(32));
    expect(await traced(`00-${trace}-${'0'.repeat(16)}-01`)).not.toBe(trace);
  });

  it('to an unknown path is 404, with an unknown method 405 and Allow', async () => {
    expect((await problemOf(await asAdmin('GET', '/v1/nothing'))).code).toBe('not-found');
    const refused = await asAdmin('PATCH', '/v1/applications/shop');
    expect(refused.status).toBe(405);
    expect(refused.headers.get('allow')).toBe('GET, PUT, DELETE, HEAD, OPTIONS');
    const options = await served.request('OPTIONS', '/v1/applications/shop');
    expect([options.status, options.headers.get('allow'), options.headers.get('access-control-allow-origin')]).toEqual([204, 'GET, PUT, DELETE, HEAD, OPTIONS', null]);
  });

  it('with HEAD is answered as with GET, without the body', async () => {
    const [get, head] = [await asAdmin('GET', '/v1/applications/shop'), await asAdmin('HEAD', '/v1/applications/shop')];
    expect(head.status).toBe(200);
    expect(head.headers.get('etag')).toBe('"3"');
    expect(Number(head.headers.get('content-length'))).toBe((await get.text()).length);
    expect(await head.text()).toBe('');
  });

  it('names every field that does not fit, its rule and its value', async () => {
    const response = await asAdmin('POST', '/v1/deployments', { body: { application: 'Shop', release: 7, strategy: { type: 'canary', steps: [{ weightPercent: 150 }] }, colour: 'red' } });
    expect(response.status).toBe(400);
    const told = await problemOf(response);
    expect(told.code).toBe('malformed-request');
    expect(told.errors).toEqual([
      { field: 'application', rule: expect.stringContaining('lower-case letters'), value: 'Shop' },
      { field: 'release', rule: 'must be text: write it in quotes', value: 7 },
      { field: 'environment', rule: 'is required: must be text' },
      { field: 'strategy.steps.0.weightPercent', rule: 'must be from 0 to 100', value: 150 },
      { field: 'colour', rule: 'is not known here', value: 'red' },
    ]);
  });

  it('names what does not fit in path and query', async () => {
    expect((await problemOf(await asAdmin('GET', '/v1/deployments/nonsense'))).errors).toEqual([{ field: 'path.id', rule: expect.stringContaining('deployment id'), value: 'nonsense' }]);
    expect((await problemOf(await asAdmin('GET', '/v1/deployments?limit=0&colour=red'))).errors?.map(({ field }) => field)).toEqual(['query.limit', 'query.colour']);
    expect((await problemOf(await asAdmin('GET', '/v1/deployments?limit=1&limit=2'))).errors).toEqual([{ field: 'query.limit', rule: 'must be given once' }]);
    expect((await problemOf(await asAdmin('GET', '/v1/applications/%E0%A4%A'))).errors?.[0]?.field).toBe('path.name');
  });

  it('never has a secret\'s value repeated to it', async () => {
    const response = await asAdmin('PUT', '/v1/secrets/database-password', { body: { value: ['hunter2'], valeu: 'hunter2' } });
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text).toContain('"field":"value"');
    expect(text).not.toContain('hunter2');
    const broken = await asAdmin('PUT', '/v1/secrets/database-password', { body: '{"value": "hunter2' });
    expect(await broken.text()).not.toContain('hunter2');
  });

  it('with a body that is not JSON is refused', async () => {
    expect((await problemOf(await asAdmin('PUT', '/v1/secrets/database-password', { body: 'value=1', headers: { 'content-type': 'text/plain' } }))).code).toBe('unsupported-media-type');
    expect((await problemOf(await asAdmin('PUT', '/v1/secrets/database-password', { body: '{}', headers: { 'content-encoding': 'gzip' } }))).code).toBe('unsupported-media-type');
    expect((await problemOf(await asAdmin('PUT', '/v1/secrets/database-password', { body: '{"value":' }))).errors).toEqual([{ field: '', rule: 'must be well-formed JSON' }]);
    expect((await asAdmin('POST', '/v1/plans', { body: '{"application":"shop","release":"1.4.2","environment":"production"}', headers: { 'content-type': 'application/merge-patch+json; charset=utf-8' } })).status).toBe(200);
  });

  it('with a body that is too large is refused, whether its length is told or not', async () => {
    const large = `{"value":"${'x'.repeat(1_048_576)}"}`;
    expect((await problemOf(await asAdmin('PUT', '/v1/secrets/database-password', { body: large }))).code).toBe('body-too-large');
    const chunked = await fetch(`${served.url}/v1/secrets/database-password`, {
      method: 'PUT', headers: { authorization: `Bearer ${served.keys.admin}`, 'content-type': 'application/json' }, body: new Blob([large]).stream(), duplex: 'half',
    });
    expect((await problemOf(chunked)).code).toBe('body-too-large');
  });

  it('cannot change a prototype or nest without end', async () => {
    const pollute = await problemOf(await asAdmin('PUT', '/v1/applications/shop', { body: '{"metadata":{"__proto__":{"admin":true}}}' }));
    expect(pollute.errors).toEqual([{ field: 'metadata.__proto__', rule: 'is not allowed as a name' }]);
    const construct = await problemOf(await asAdmin('PUT', '/v1/applications/shop', { body: '{"constructor":{"prototype":{"admin":true}}}' }));
    expect(construct.errors?.[0]?.field).toBe('constructor');
    const deep = await problemOf(await asAdmin('PUT', '/v1/applications/shop', { body: `${'['.repeat(10_000)}${']'.repeat(10_000)}` }));
    expect(deep.errors?.[0]?.rule).toBe('must not nest deeper than 32 levels');
    expect('admin' in {}).toBe(false);
  });

  it('needs no body where nothing in it is required', async () => {
    expect((await asAdmin('POST', '/v1/deployments/dep-01kaj3zv6w8y2r9d4x5b7c1m0n/pause')).status).toBe(200);
    expect(seen.at(-1)?.input.body).toEqual({});
    expect((await problemOf(await asAdmin('POST', '/v1/deployments'))).errors?.[0]).toEqual({ field: 'application', rule: 'is required: must be text' });
  });

  it('carries the version as ETag, and is told the version that If-Match names', async () => {
    const versionFor = async (ifMatch: string) => {
      const response = await asAdmin('DELETE', '/v1/applications/shop', { headers: { 'if-match': ifMatch } });
      return response.status === 204 ? seen.at(-1)?.context.ifMatchVersion : (await problemOf(response)).code;
    };
    expect((await asAdmin('GET', '/v1/applications/shop')).headers.get('etag')).toBe('"3"');
    expect(await versionFor('"7"')).toBe(7);
    expect(await versionFor('*')).toBeUndefined();
    expect(await versionFor('W/"7"')).toBe('precondition-failed');
    expect(await versionFor('"other"')).toBe('precondition-failed');
    expect(await versionFor('W/"7", "8"')).toBe(8);
    expect(await versionFor('"7", "8"')).toBe('malformed-request');
    expect(await versionFor(`"7"${' '.repeat(300)}, "7"`)).toBe('malformed-request');
    const put = await asAdmin('PUT', '/v1/applications/shop', { body: routes.putApplication.examples.body, headers: { 'if-match': '*' } });
    expect((await problemOf(put)).errors?.[0]?.field).toBe('header.if-match');
  });

  it('that meets something unexpected is told the trace and nothing else', async () => {
    const broken = await Served.open({ operations: { listKeys: async () => await Promise.reject(new Error('password of the database: hunter2')) } });
    try {
      const response = await broken.request('GET', '/v1/keys', { key: broken.keys.admin });
      expect(response.status).toBe(500);
      const text = await response.text();
      expect(text).toContain('internal-error');
      expect(text).not.toContain('hunter2');
      expect(broken.unexpected).toHaveLength(1);
      expect(broken.unexpected[0]).toMatchObject({ operation: 'listKeys', traceId: response.headers.get('x-trace-id') });
    } finally {
      await broken.close();
    }
  });
});
