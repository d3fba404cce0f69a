import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { HttpAnswer } from '#application/http/exchange';
import type { Route } from '#contracts/http/route';
import { routes } from '#contracts/http/routes';
import { prepareMatrix } from '#test/standalone/server/matrix-system';
import { openWholeSystem, UNLIMITED } from '#test/standalone/server/whole-system';
import type { WholeSystem } from '#test/standalone/server/whole-system';

import { roleFor } from './fuzz-settings.ts';
import type { KeysByRole } from './fuzz-settings.ts';
import { putExamples } from './fuzzed-shop.ts';
import { hostileTexts, MARK } from './hostile-texts.ts';
import { ask } from './in-process-call.ts';

let system: WholeSystem;
let keys: KeysByRole;
beforeAll(async () => {
  system = await openWholeSystem({ http: { keyRate: UNLIMITED, tenantRate: UNLIMITED, guessRate: UNLIMITED } });
  ({ keys } = await prepareMatrix(system.url, system.operatorKey));
  await putExamples(system.url, keys.admin);
});
afterAll(async () => await system.close());

const table: readonly (readonly [string, Route])[] = Object.entries(routes);

/** The headers that answers have, whatever they are about; none of them holds what a request said. */
const HEADERS = ['allow', 'cache-control', 'content-length', 'content-security-policy', 'content-type', 'cross-origin-resource-policy', 'etag', 'idempotency-replayed', 'referrer-policy', 'retry-after', 'www-authenticate', 'x-content-type-options', 'x-trace-id'];

/** What is wrong with an answer to something hostile: it is a bug of ours, or takes over what was said other than within the strings of its JSON. */
function faultsOf({ status, headers, body }: HttpAnswer): readonly string[] {
  return [
    ...(status >= 500 ? [`status ${status}: ${body}`] : []),
    ...Object.keys(headers).filter((name) => !HEADERS.includes(name)),
    ...Object.values(headers).filter((value) => new RegExp(`${MARK}|forged|[\\r\\n]`, 'i').test(value)),
    // JSON escapes what is below the blank; what a terminal obeys above it, the command line escapes.
    ...(/[\p{Cc}--[\n\u007f-\u009f]]/v.test(body) ? [body] : []),
  ];
}

const inPath = (path: string, text: string) => path.replaceAll(/\{\w+\}/g, encodeURIComponent(text.toWellFormed()));

describe.each(Object.entries(hostileTexts))('%s', (_what, text) => {
  it('is no name of anything in a path: nothing is made, found or told of it but that it does not fit', async () => {
    for (const [, route] of table.filter(([, one]) => one.path.includes('{'))) {
      const answer = await ask(system.api, { method: route.method, path: inPath(route.path, text), key: keys[roleFor(route)], ...(route.body === null ? {} : { body: route.examples?.body }) });
      expect(faultsOf(answer)).toEqual([]);
      expect([400, 404]).toContain(answer.status);
    }
  });

  it('is no name of anything in a body', async () => {
    for (const [, route] of table.filter(([, one]) => one.body !== null)) {
      const body: unknown = JSON.parse(JSON.stringify(route.examples?.body), (name, value: unknown) => (['name', 'application', 'release', 'environment', 'target', 'component', 'template', 'secret', 'instance'].includes(name) && typeof value === 'string' ? text : value));
      const path = route.path.replaceAll('{application}', 'shop').replaceAll('{name}', 'edge-1').replaceAll('{id}', 'dep-01kaj3zv6w8y2r9d4x5b7c1m0n');
      expect(faultsOf(await ask(system.api, { method: route.method, path, key: keys[roleFor(route)], body }))).toEqual([]);
    }
  });

  it('is nothing in a query or a header', async () => {
    for (const [, route] of table.filter(([, one]) => one.method === 'GET' && !one.path.includes('{'))) {
      const query = new URLSearchParams(['limit', 'cursor', 'label', 'prefix', 'application', 'target', 'stream', 'type', 'state', text].map((name): [string, string] => [name, text])).toString();
      const header = text.replaceAll(/[^\x20-\x7e\x80-\xff]/g, '?');
      expect(faultsOf(await ask(system.api, { method: 'GET', path: route.path, query, key: keys[roleFor(route)] }))).toEqual([]);
      expect(faultsOf(await ask(system.api, { method: 'GET', path: route.path, key: keys[roleFor(route)], headers: { 'if-match': header, traceparent: header, 'idempotency-key': header, 'content-type': header, host: header, 'user-agent': header } }))).toEqual([]);
      expect(faultsOf(await ask(system.api, { method: header, path: route.path, headers: { authorization: header } }))).toEqual([]);
    }
  });
});

describe('a path', () => {
  it.each([
    '/../../etc/passwd', '/v1/../healthz', '/v1/..%2fhealthz', '/%2e%2e/healthz', '/./healthz', '//healthz', '/v1//keys', '/healthz/', '/healthz/..', '/healthz%00', '/healthz%20', '/HEALTHZ', '/healthz;a=b', '/healthz\\',
    '/v1/%', '/v1/keys/%ff', '/v1/keys/%c0%ae', '/v1/keys/a%2fb', 'http://elsewhere.example/v1/keys', 'healthz', '*', '', '/__proto__', '/v1/constructor', '/v1/keys/__proto__/x',
  ])('%s leads nowhere', async (path) => {
    const answer = await ask(system.api, { method: 'GET', path, key: keys.admin });
    expect(faultsOf(answer)).toEqual([]);
    expect([400, 404]).toContain(answer.status);
  });

  it('may lead to what bears a name that means something to JavaScript, and to no more than that', async () => {
    const target = { method: 'PUT', path: '/v1/targets/constructor', key: keys.admin, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name: 'constructor', labels: { constructor: 'x', toString: 'y' } }, spec: { provider: 'agent' } } };
    const statuses: number[] = [];
    for (const asked of [{ ...target, method: 'GET', body: undefined }, target, { ...target, method: 'GET', body: undefined }, { ...target, method: 'DELETE', body: undefined }, { ...target, method: 'GET', body: undefined }]) statuses.push((await ask(system.api, asked)).status);
    expect(statuses).toEqual([404, 200, 200, 204, 404]);
  });
});

describe('afterwards', () => {
  it('no thing, metric or log has anything of it', async () => {
    const lists = table.filter(([, route]) => Object.hasOwn(route.query.shape, 'cursor') && !route.path.includes('{'));
    for (const [, route] of lists) {
      const { status, body } = await ask(system.api, { method: 'GET', path: route.path, query: 'limit=200', key: keys[roleFor(route)] });
      expect([status, body.toLowerCase().includes(MARK)]).toEqual([200, false]);
    }
    expect(system.metrics.text().toLowerCase()).not.toContain(MARK);
    expect(system.troubles).toEqual([]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
