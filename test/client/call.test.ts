import { afterEach, describe, expect, it } from 'vitest';

import { createClient } from '#client/client';
import { SluiceError } from '#client/sluice-error';

import { DEPLOYMENT, KEY, deploymentView, impatientRuntime } from './client-fixtures.ts';
import { problemReply, startTestServer } from './test-server.ts';
import type { Behaviour, Reply, TestServer } from './test-server.ts';

const servers: TestServer[] = [];

async function serve(behaviour: Behaviour): Promise<TestServer> {
  const server = await startTestServer(behaviour);
  servers.push(server);
  return server;
}

/** Answers the given replies one after the other, the last one again and again. */
function inTurn(...replies: readonly Reply[]): () => Reply {
  let turn = 0;
  return () => {
    const reply = replies[Math.min(turn, replies.length - 1)];
    turn += 1;
    return reply ?? {};
  };
}

async function failureOf(promise: Promise<unknown>): Promise<SluiceError> {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason);
  if (error instanceof SluiceError) return error;
  throw new Error(`expected a SluiceError, got ${String(error)}`);
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const request = { body: { application: 'shop', release: '1.4.2', environment: 'production' } };
const accepted = { body: { id: DEPLOYMENT, state: 'Requested', version: 1 } };

describe('a call', () => {
  it('sends what the route table says: method, path, key, body and an idempotency key', async () => {
    const server = await serve({ requestDeployment: () => accepted });
    const answer = await createClient({ url: server.url, key: KEY }).requestDeployment(request);
    expect(answer).toEqual(accepted.body);
    const [sent] = server.received;
    expect(sent).toMatchObject({ operation: 'requestDeployment', body: request.body, headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' } });
    expect(sent?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('keeps a path in front of the API and encodes parameters', async () => {
    const calls: string[] = [];
    const client = createClient({ url: 'http://localhost:1/behind/a/proxy/', key: KEY }, impatientRuntime({
      fetch: async (input) => {
        calls.push(String(input));
        return new Response(null, { status: 204 });
      },
    }));
    await client.revokeKey({ params: { id: 'a/b?c#d' } });
    expect(calls).toEqual(['http://localhost:1/behind/a/proxy/v1/keys/a%2Fb%3Fc%23d']);
  });

  it('sends no key to public operations and gives text as text', async () => {
    const server = await serve({ getMetrics: () => ({ text: 'up 1\n', headers: { 'content-type': 'text/plain' } }) });
    expect(await createClient({ url: server.url, key: KEY }).getMetrics()).toBe('up 1\n');
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });

  it('tells version and trace id, and asks for a version with If-Match', async () => {
    const server = await serve({ getDeployment: () => ({ body: deploymentView(), headers: { etag: '"5"', traceparent: `00-${'b'.repeat(32)}-${'c'.repeat(16)}-01` } }), abortDeployment: () => accepted });
    const client = createClient({ url: server.url, key: KEY });
    expect(await client.exchange('getDeployment', { params: { id: DEPLOYMENT } })).toMatchObject({ version: 5, traceId: 'b'.repeat(32) });
    await client.abortDeployment({ params: { id: DEPLOYMENT }, body: {} }, { ifMatchVersion: 5 });
    expect(server.received[1]?.headers['if-match']).toBe('"5"');
  });

  it('leaves out fields of a newer server, and shows them in the unchanged answer', async () => {
    const newer = { ...deploymentView(), colour: 'red', steps: [{ ...deploymentView().steps[0], shade: 1 }] };
    const server = await serve({ getDeployment: () => ({ body: newer }) });
    const answer = await createClient({ url: server.url, key: KEY }).exchange('getDeployment', { params: { id: DEPLOYMENT } });
    expect(answer.body).toEqual({ ...deploymentView(), steps: [deploymentView().steps[0]] });
    expect(answer.unchanged).toEqual(newer);
  });

  it.each([
    ['a field is missing', { body: { id: DEPLOYMENT } }, /requestDeployment does not fit its schema/],
    ['it is no JSON', { text: '<html>' }, /no JSON/],
    ['it is sent on elsewhere', { status: 302, headers: { location: 'https://elsewhere.example/' } }, /https:\/\/elsewhere\.example/],
  ])('refuses an answer when %s', async (_, reply: Reply, words) => {
    const server = await serve({ requestDeployment: () => reply });
    const error = await failureOf(createClient({ url: server.url, key: KEY }, impatientRuntime()).requestDeployment(request));
    expect(error.code).toBe('unexpected-answer');
    expect(error.message).toMatch(words);
  });

  it.each(['..', '.', '', 'x'.repeat(65)])('refuses "%s" as an id before anything is sent', async (id) => {
    const server = await serve({});
    const client = createClient({ url: server.url, key: KEY });
    expect((await failureOf(client.getDeployment({ params: { id } }))).code).toBe('malformed-request');
    expect((await failureOf(client.revokeKey({ params: { id } }))).code).toBe('malformed-request');
    expect(server.received).toEqual([]);
  });

  it('ends with the reason of its signal', async () => {
    const server = await serve({ getDeployment: () => new Promise(() => undefined) });
    const control = new AbortController();
    const call = createClient({ url: server.url, key: KEY }).getDeployment({ params: { id: DEPLOYMENT } }, { signal: control.signal });
    control.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });
});

describe('a failure', () => {
  it('carries all of the problem document', async () => {
    const errors = [{ field: 'weightPercent', rule: 'must be from 0 to 100', value: 150 }];
    const server = await serve({ requestDeployment: () => problemReply('rule-broken', 'a weight is too large', { errors }) });
    const error = await failureOf(createClient({ url: server.url, key: KEY }).requestDeployment(request));
    expect(error).toMatchObject({ code: 'rule-broken', status: 422, detail: 'a weight is too large', errors, traceId: 'f'.repeat(32), retriable: false, recoveryActions: ['Correct the named field'] });
    expect(error.problem).toMatchObject({ code: 'rule-broken', errors });
  });

  it.each([[502, 'unavailable'], [500, 'internal-error'], [401, 'unauthenticated'], [403, 'forbidden'], [429, 'rate-limited'], [418, 'unexpected-answer']])('of status %i without a document has the code %s', async (status, code) => {
    const server = await serve({ getDeployment: () => ({ status, text: 'sorry', headers: { 'content-type': 'text/html' } }) });
    const error = await failureOf(createClient({ url: server.url, key: KEY }, impatientRuntime()).getDeployment({ params: { id: DEPLOYMENT } }));
    expect(error).toMatchObject({ code, status, problem: null });
  });

  it('never holds the key', async () => {
    const error = await failureOf(createClient({ url: 'http://127.0.0.1:1', key: KEY }, impatientRuntime()).listKeys());
    expect(error.code).toBe('unreachable');
    expect(JSON.stringify([error, error.message, error.stack])).not.toContain(KEY);
  });
});

describe('repetition', () => {
  const unavailable = problemReply('unavailable', 'starting');

  it('waits with full jitter, doubling, and sends the same idempotency key each time', async () => {
    const server = await serve({ requestDeployment: inTurn(unavailable, unavailable, unavailable, accepted) });
    const runtime = impatientRuntime();
    await createClient({ url: server.url, key: KEY }, runtime).requestDeployment(request);
    expect(runtime.slept).toEqual([0.25, 0.5, 1]);
    expect(new Set(server.received.map((one) => one.headers['idempotency-key'])).size).toBe(1);
  });

  it('ends after the last attempt', async () => {
    const server = await serve({ listTargets: () => unavailable });
    const error = await failureOf(createClient({ url: server.url, key: KEY, maximumAttempts: 3 }, impatientRuntime()).listTargets());
    expect(error.code).toBe('unavailable');
    expect(server.received).toHaveLength(3);
  });

  it.each([
    ['a POST without idempotency', 'unavailable', false], ['a POST without idempotency', 'rate-limited', true],
  ] as const)('of %s after %s: %s', async (_, code, repeated) => {
    const server = await serve({ planDeployment: () => problemReply(code, 'not now') });
    await failureOf(createClient({ url: server.url, key: KEY, maximumAttempts: 2 }, impatientRuntime()).planDeployment(request));
    expect(server.received).toHaveLength(repeated ? 2 : 1);
  });

  it('of a POST happens where the caller says it may', async () => {
    const server = await serve({ rotateSecret: () => unavailable });
    await failureOf(createClient({ url: server.url, key: KEY, maximumAttempts: 2 }, impatientRuntime()).rotateSecret({ params: { name: 'db' }, body: { value: 'x' } }, { repeatable: true }));
    expect(server.received).toHaveLength(2);
  });

  it('does not follow an error that will stay', async () => {
    const server = await serve({ getDeployment: () => problemReply('forbidden', 'no') });
    await failureOf(createClient({ url: server.url, key: KEY }, impatientRuntime()).getDeployment({ params: { id: DEPLOYMENT } }));
    expect(server.received).toHaveLength(1);
  });

  it.each([['7', [7.25]], [new Date(1_000_000_007_000).toUTCString(), [7.25]], ['61', []], ['nonsense', [0.25]]])('honours Retry-After %s', async (header, slept) => {
    const server = await serve({ listTargets: inTurn(problemReply('rate-limited', 'slowly', { headers: { 'retry-after': header } }), { body: { items: [] } }) });
    const runtime = impatientRuntime({ now: () => 1_000_000_000_000 });
    await createClient({ url: server.url, key: KEY }, runtime).listTargets().catch(() => undefined);
    expect(runtime.slept).toEqual(slept);
  });

  it('follows a time-out', async () => {
    let calls = 0;
    const server = await serve({ listTargets: () => (calls++ === 0 ? new Promise(() => undefined) : { body: { items: [] } }) });
    expect(await createClient({ url: server.url, key: KEY, timeoutSeconds: 0.2 }, impatientRuntime()).listTargets()).toEqual({ items: [] });
    expect(calls).toBe(2);
  });
});

describe('settings', () => {
  it.each(['http://sluice.example.com', 'http://10.0.0.1:7700', 'http://127.0.0.1.example.com', 'http://localhost.example.com', 'http://[::2]:7700'])('refuse to send a key to %s', (url) => {
    expect(() => createClient({ url, key: KEY })).toThrow(expect.objectContaining({ code: 'insecure-url' }));
    expect(() => createClient({ url })).not.toThrow();
  });

  it.each(['https://sluice.example.com', 'http://127.0.0.1:7700', 'http://127.9.9.9', 'http://localhost:7700', 'http://[::1]:7700', 'http://sluice.localhost'])('accept %s with a key', (url) => {
    expect(() => createClient({ url, key: KEY })).not.toThrow();
  });

  it.each([['no address', { url: 'sluice' }], ['another protocol', { url: 'ftp://x' }], ['a password in it', { url: 'https://a:b@x' }], ['a line break in the key', { url: 'https://x', key: 'a\nb' }], ['no attempts', { url: 'https://x', maximumAttempts: 0 }]])('refuse %s', (_, options) => {
    expect(() => createClient(options)).toThrow(expect.objectContaining({ code: 'bad-settings' }));
  });
});

describe('a list', () => {
  const item = (name: string) => ({ name, createdAt: '2026-11-21T13:42:52.000Z' });

  it('is read page by page with its cursor, only as far as it is wanted', async () => {
    const server = await serve({ listTenants: ({ query }) => ({ body: query.cursor === undefined ? { items: [item('a'), item('b')], nextCursor: 'two' } : { items: [item('c')] } }) });
    const client = createClient({ url: server.url, key: KEY });
    const names: string[] = [];
    for await (const tenant of client.items('listTenants', { query: { limit: 2 } })) names.push(tenant.name);
    expect(names).toEqual(['a', 'b', 'c']);
    expect(server.received.map((one) => one.query)).toEqual([{ limit: '2' }, { limit: '2', cursor: 'two' }]);
    for await (const _ of client.items('listTenants', {})) break;
    expect(server.received).toHaveLength(3);
  });

  it('fails when a server would go round in circles', async () => {
    const server = await serve({ listTenants: () => ({ body: { items: [item('a')], nextCursor: 'again' } }) });
    const all = async () => {
      for await (const _ of createClient({ url: server.url, key: KEY }).items('listTenants', {}));
    };
    expect((await failureOf(all())).code).toBe('unexpected-answer');
    expect(server.received).toHaveLength(2);
  });
});
