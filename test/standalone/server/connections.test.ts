import { randomBytes } from 'node:crypto';

import { afterEach, describe, expect, it } from 'vitest';

import { problem } from '#contracts/errors';
import { routes } from '#contracts/http/routes';
import { closeCodes } from '#contracts/stream';

import { makeKey, OTHER_TENANT, Served, TENANT } from './served.ts';
import type { ServedOptions } from './served.ts';
import { refusal, StreamClient } from './stream-client.ts';

describe('a connection', () => {
  let served: Served;
  const serve = async (options: ServedOptions = {}) => { served = await Served.open(options); };
  afterEach(async () => await served.close());

  const ticketOf = async (key: string) => routes.createStreamTicket.response.parse(await (await served.request('POST', '/v1/stream-tickets', { key })).json()).ticket;

  it('opens with a key, or once with a ticket in its 30 s', async () => {
    await serve();
    const ticket = await ticketOf(served.keys.viewer);
    const client = await StreamClient.open(served, { query: `ticket=${ticket}` });
    client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
    expect(await refusal(served, { query: `ticket=${ticket}` })).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    const late = await ticketOf(served.keys.viewer);
    served.time.advance(30);
    expect((await refusal(served, { query: `ticket=${late}` })).status).toBe(401);
  });

  it('is refused with a problem document', async () => {
    await serve();
    const wrong = await refusal(served, { headers: { authorization: 'Bearer wrong' } });
    expect([wrong.status, problem.parse(wrong.body).code]).toEqual([401, 'unauthenticated']);
    expect((await refusal(served, {})).status).toBe(401);
    expect((await refusal(served, { headers: { authorization: `Bearer ${served.keys.operator}` } })).status).toBe(403);
    expect((await refusal(served, { path: '/v1/other', headers: { authorization: `Bearer ${served.keys.viewer}` } })).status).toBe(404);
    expect(await refusal(served, { headers: { authorization: `Bearer ${served.keys.viewer}`, origin: 'http://evil.example' } })).toMatchObject({ status: 403, body: { code: 'origin-refused' } });
  });

  it('is one of as many as its key and its tenant may have', async () => {
    await serve({ stream: { connectionsPerKey: 2, connectionsPerTenant: 3 } });
    const open = async (key: string) => await StreamClient.open(served, { key });
    const first = await open(served.keys.viewer);
    await open(served.keys.viewer);
    const refused = async (key: string) => problem.parse((await refusal(served, { headers: { authorization: `Bearer ${key}` } })).body).context;
    expect(await refused(served.keys.viewer)).toEqual({ rule: 'connections per key', scope: 'key', most: 2 });
    await open(served.keys.admin);
    expect(await refused(served.keys.admin)).toEqual({ rule: 'connections per tenant', scope: 'tenant', most: 3 });
    await first.close();
    await open(served.keys.admin);
  });

  it('is one of as many as may be also when many are asked for at the same time', async () => {
    await serve({ stream: { connectionsPerKey: 4, connectionsPerTenant: 6 } });
    const openAll = async () => await Promise.allSettled([served.keys.viewer, served.keys.admin].flatMap((key) => Array.from({ length: 8 }, async () => await StreamClient.open(served, { key }))));
    const opened = (await openAll()).filter(({ status }) => status === 'fulfilled');
    expect([opened.length, served.connections.count({ tenant: TENANT })]).toEqual([6, 6]);
    expect(served.connections.all().filter(({ keyId }) => keyId === served.connections.all()[0]?.keyId).length).toBeLessThanOrEqual(4);
    expect((await openAll()).filter(({ status }) => status === 'fulfilled')).toEqual([]);
  });

  it('has as many subscriptions as it and its tenant may have, and is told the rule and its value', async () => {
    await serve({ stream: { subscriptionsPerConnection: 2, subscriptionsPerTenant: 3 } });
    const [one, other] = [await StreamClient.open(served, { key: served.keys.viewer }), await StreamClient.open(served, { key: served.keys.admin })];
    const refused = async (client: StreamClient) => {
      client.send({ type: 'subscribe', id: 'more', topic: { kind: 'tenant' } });
      return await client.next();
    };
    for (const id of ['a', 'b']) await one.subscribe(id, { kind: 'tenant' });
    expect(await refused(one)).toEqual({ type: 'error', id: 'more', code: 'conflict', detail: 'this connection may have 2 subscriptions at once' });
    await other.subscribe('a', { kind: 'tenant' });
    expect(await refused(other)).toEqual({ type: 'error', id: 'more', code: 'conflict', detail: 'this tenant may have 3 subscriptions at once' });
    const foreign = await StreamClient.open(served, { key: await makeKey(served.ports, { tenant: OTHER_TENANT, role: 'viewer' }) });
    expect(await foreign.subscribe('a', { kind: 'tenant' })).not.toBe('conflict');
    one.send({ type: 'unsubscribe', id: 'a' });
    one.send({ type: 'ping' });
    await one.next();
    expect(await other.subscribe('b', { kind: 'tenant' })).not.toBe('conflict');
    await one.close();
  });

  it('has no more subscriptions than its tenant may have also when many are asked for at the same time', async () => {
    await serve({ stream: { subscriptionsPerTenant: 5 } });
    const clients = await Promise.all(Array.from({ length: 4 }, async () => await StreamClient.open(served, { key: served.keys.viewer })));
    for (const client of clients) for (const id of ['a', 'b', 'c']) client.send({ type: 'subscribe', id, topic: { kind: 'tenant' } });
    const answers = await Promise.all(clients.map(async (client) => [await client.next(), await client.next(), await client.next()]));
    expect(answers.flat().filter(({ type }) => type === 'subscribed')).toHaveLength(5);
  });

  it('closes when its key is revoked', async () => {
    await serve();
    const key = await makeKey(served.ports, { tenant: TENANT, role: 'viewer', id: 'key-gone' });
    const [gone, stays] = [await StreamClient.open(served, { key }), await StreamClient.open(served, { key: served.keys.viewer })];
    await served.connections.closeKey(TENANT, 'key-gone');
    expect((await gone.closed).code).toBe(closeCodes.keyInvalid);
    stays.send({ type: 'ping' });
    expect(await stays.next()).toEqual({ type: 'pong' });
  });

  it('closes within a minute when its key has expired, or was revoked by somebody else', async () => {
    await serve();
    const expiring = await StreamClient.open(served, { key: await makeKey(served.ports, { tenant: TENANT, role: 'viewer', expiresAt: served.time.in(60) }) });
    const revoked = await StreamClient.open(served, { key: await makeKey(served.ports, { tenant: TENANT, role: 'viewer', id: 'key-gone' }) });
    const stays = await StreamClient.open(served, { key: served.keys.viewer });
    await served.ports.keys.revoke(TENANT, 'key-gone', served.time.in(0));
    served.time.advance(60);
    await served.server.check();
    expect([(await expiring.closed).code, (await revoked.closed).code]).toEqual([closeCodes.keyInvalid, closeCodes.keyInvalid]);
    expect(stays.socket.readyState).toBe(stays.socket.OPEN);
  });

  it('closes when nothing was heard for twice the time of a ping', async () => {
    await serve();
    const [silent, pinging] = [await StreamClient.open(served, { key: served.keys.viewer }), await StreamClient.open(served, { key: served.keys.viewer })];
    served.time.advance(400);
    pinging.send({ type: 'ping' });
    await pinging.next();
    served.time.advance(201);
    await served.server.check();
    expect((await silent.closed).code).toBe(closeCodes.idle);
    expect(pinging.socket.readyState).toBe(pinging.socket.OPEN);
  });

  it('is told what it did wrong, under the name it gave, and is closed when it does not stop', async () => {
    await serve({ stream: { malformedMessages: 3 } });
    const client = await StreamClient.open(served, { key: served.keys.viewer });
    client.send('no json');
    expect(await client.next()).toMatchObject({ type: 'error', id: null, code: 'malformed-request' });
    client.send({ type: 'subscribe', id: 'x', topic: { kind: 'weather' } });
    expect(await client.next()).toMatchObject({ type: 'error', id: 'x', code: 'malformed-request' });
    client.send({ type: 'dance' });
    client.send('[]');
    expect((await client.closed).code).toBe(closeCodes.policyViolation);
  });

  it('closes on binary, too large and too many messages', async () => {
    await serve({ stream: { messageRate: { burst: 5, perSecond: 1 } } });
    const [binary, large, chatty] = [await StreamClient.open(served, { key: served.keys.viewer }), await StreamClient.open(served, { key: served.keys.viewer }), await StreamClient.open(served, { key: served.keys.viewer })];
    binary.socket.send(Buffer.from('{"type":"ping"}'), { binary: true });
    large.send(JSON.stringify({ type: 'unsubscribe', id: 'x'.repeat(33_000) }));
    for (let index = 0; index < 6; index += 1) chatty.send({ type: 'ping' });
    expect([(await binary.closed).code, (await large.closed).code, (await chatty.closed).code]).toEqual([closeCodes.unsupportedData, closeCodes.messageTooBig, closeCodes.tooManyMessages]);
  });

  it('that reads too slowly is told from where to go on, and loses nothing', async () => {
    await serve({ stream: { outbox: { holdBytes: 65_536, closeBytes: 1_048_576, slowSeconds: 0.05 } } });
    const client = await StreamClient.open(served, { key: served.keys.viewer });
    await client.subscribe('all', { kind: 'tenant' });
    client.socket.pause();
    // 400 × 20 kB is more than the buffers of the system and of the server hold together.
    const id = `dep-${'1'.repeat(26)}`;
    const checks = Array.from({ length: 20 }, () => ({ check: 'x', outcome: 'passed' as const, reason: randomBytes(480).toString('hex') }));
    for (let index = 0; index < 400; index += 1) await served.append(`deployment/${id}`, { type: 'ValidationFinished', payload: { phase: 'before', checks, passed: true, reason: '' } });
    await expectMetric(served, 'sluice_stream_behind_total 1');
    client.socket.resume();
    const versions: number[] = [];
    for (;;) {
      const message = await client.next();
      if (message.type === 'event') versions.push(message.event.version);
      if (message.type === 'behind') client.send({ type: 'subscribe', id: `${message.id} again`, topic: { kind: 'tenant' }, cursor: message.cursor });
      if (versions.at(-1) === 400) break;
    }
    expect(versions).toEqual(Array.from({ length: 400 }, (_, index) => index + 1));
  });
});

/** Asks for the metrics until they say so; the test's own time-out bounds it. */
async function expectMetric(served: Served, line: string): Promise<void> {
  let text = '';
  while (!text.includes(line)) text = await (await served.request('GET', '/metrics')).text();
}
