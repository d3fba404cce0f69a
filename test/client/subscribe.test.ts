import { afterEach, describe, expect, it } from 'vitest';

import { createClient } from '#client/client';
import type { SluiceClient } from '#client/client';
import type { StreamEvent, Subscription } from '#client/subscription';
import { MAXIMUM_SUBSCRIPTIONS } from '#contracts/stream';

import { DEPLOYMENT, KEY, impatientRuntime, streamEvent } from './client-fixtures.ts';
import { problemReply, startTestServer } from './test-server.ts';
import type { Peer, TestServer } from './test-server.ts';

const servers: TestServer[] = [];
const topic = { kind: 'deployment', deployment: DEPLOYMENT } as const;

async function setUp(more: Parameters<typeof impatientRuntime>[0] = {}, options: { readonly reconnectForSeconds?: number } = {}): Promise<{ server: TestServer; client: SluiceClient; runtime: ReturnType<typeof impatientRuntime> }> {
  const server = await startTestServer({});
  servers.push(server);
  const runtime = impatientRuntime(more);
  return { server, runtime, client: createClient({ url: server.url, key: KEY, ...options }, runtime) };
}

/** Answers every subscription, beginning at the number in its cursor, with all events there are; `events` may grow in between. */
function playing(server: TestServer, events: readonly ReturnType<typeof streamEvent>[], after: (peer: Peer, connection: number) => void = () => undefined): void {
  server.onMessage = (peer, message) => {
    if (message.type !== 'subscribe') return;
    const from = Number(message.cursor ?? 0);
    peer.send({ type: 'subscribed', id: message.id, cursor: String(from) });
    events.slice(from).forEach((event, index) => peer.send({ type: 'event', id: message.id, cursor: String(from + index + 1), event }));
    after(peer, server.peers.length);
  };
}

async function take(subscription: Subscription<StreamEvent>, count: number): Promise<number[]> {
  const versions: number[] = [];
  for await (const event of subscription) {
    versions.push(event.version);
    if (versions.length === count) break;
  }
  return versions;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe('a subscription', () => {
  it('yields events with their cursors, authenticates by header, and says when it has begun', async () => {
    const { server, client } = await setUp();
    playing(server, [streamEvent(1), streamEvent(2)]);
    const subscription = client.subscribe(topic, { cursor: '0' });
    await subscription.ready;
    const seen: unknown[] = [];
    for await (const event of subscription) {
      seen.push(event);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([{ ...streamEvent(1), cursor: '1' }, { ...streamEvent(2), cursor: '2' }]);
    expect(subscription.cursor).toBe('2');
    expect(server.peers[0]?.key).toBe(`Bearer ${KEY}`);
  });

  it('loses nothing and repeats nothing over broken connections and repeated delivery', async () => {
    const { server, client, runtime } = await setUp();
    const events = Array.from({ length: 30 }, (_, index) => streamEvent(index + 1));
    server.onMessage = (peer, message) => {
      if (message.type !== 'subscribe') return;
      // At least once: each connection begins three events too early, and is cut after five.
      const from = Math.max(0, Number(message.cursor ?? 0) - 3);
      peer.send({ type: 'subscribed', id: message.id, cursor: String(from) });
      events.slice(from, from + 5).forEach((event, index) => peer.send({ type: 'event', id: message.id, cursor: String(from + index + 1), event }));
      if (from + 5 < events.length) setImmediate(() => peer.drop());
    };
    expect(await take(client.subscribe(topic, { cursor: '0' }), 30)).toEqual(events.map((event) => event.version));
    expect(server.peers.length).toBeGreaterThan(5);
    expect(runtime.slept.every((seconds) => seconds <= 15)).toBe(true);
  });

  it('goes on from the cursor of its beginning when it was cut before the first event', async () => {
    const { server, client } = await setUp();
    playing(server, [], (peer, connection) => {
      if (connection === 1) peer.drop();
    });
    const events = [streamEvent(1)];
    const subscription = client.subscribe(topic);
    await subscription.ready;
    playing(server, events);
    expect(await take(subscription, 1)).toEqual([1]);
    const second = server.peers[1]?.received[0];
    expect(second).toMatchObject({ type: 'subscribe', cursor: '0' });
  });

  it('drops repetitions per stream, not across streams', async () => {
    const { server, client } = await setUp();
    const other = { stream: 'deployment/other' };
    playing(server, [streamEvent(1), streamEvent(1, other), streamEvent(2), streamEvent(1), streamEvent(2, other), streamEvent(3)]);
    expect(await take(client.subscribe({ kind: 'tenant' }, { cursor: '0' }), 5)).toEqual([1, 1, 2, 2, 3]);
  });

  it('subscribes again from the cursor when it is told that it is behind', async () => {
    const { server, client } = await setUp();
    const events = Array.from({ length: 6 }, (_, index) => streamEvent(index + 1));
    let rounds = 0;
    server.onMessage = (peer, message) => {
      if (message.type !== 'subscribe') return;
      rounds += 1;
      const from = Number(message.cursor ?? 0);
      peer.send({ type: 'subscribed', id: message.id, cursor: String(from) });
      events.slice(from, from + 2).forEach((event, index) => peer.send({ type: 'event', id: message.id, cursor: String(from + index + 1), event }));
      peer.send({ type: 'behind', id: message.id, cursor: String(Math.min(6, from + 2)) });
    };
    expect(await take(client.subscribe(topic, { cursor: '0' }), 6)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(rounds).toBe(3);
    expect(server.peers).toHaveLength(1);
  });

  it('keeps no more than a bounded number of events for a slow reader, who still gets them all', async () => {
    const { server, client } = await setUp();
    const events = Array.from({ length: 1300 }, (_, index) => streamEvent(index + 1));
    playing(server, events);
    const play = server.onMessage;
    const overflown = new Promise<void>((resolve) => {
      server.onMessage = (peer, message) => {
        if (message.type === 'unsubscribe') resolve();
        play(peer, message);
      };
    });
    const subscription = client.subscribe(topic, { cursor: '0' });
    await overflown;
    expect(await take(subscription, 1300)).toEqual(events.map((event) => event.version));
    const cursors = server.peers[0]?.received.flatMap((message) => (message.type === 'subscribe' ? [message.cursor] : []));
    expect(cursors?.slice(0, 2)).toEqual(['0', '500']);
  });

  it('shares one connection with the others, and closes it after the last', async () => {
    const { server, client } = await setUp();
    playing(server, [streamEvent(1)]);
    const first = client.subscribe(topic, { cursor: '0' });
    const second = client.subscribe({ kind: 'environment', environment: 'production' }, { cursor: '0' });
    expect(await Promise.all([take(first, 1), take(second, 1)])).toEqual([[1], [1]]);
    expect(server.peers).toHaveLength(1);
    expect(await take(client.subscribe(topic, { cursor: '0' }), 1)).toEqual([1]);
    expect(server.peers).toHaveLength(2);
  });

  it('ends quietly with its signal', async () => {
    const { server, client } = await setUp();
    playing(server, [streamEvent(1)]);
    const control = new AbortController();
    const seen: number[] = [];
    for await (const event of client.subscribe(topic, { cursor: '0', signal: control.signal })) {
      seen.push(event.version);
      control.abort();
    }
    expect(seen).toEqual([1]);
  });

  it('refuses more than the contract allows on one connection', async () => {
    const { server, client } = await setUp();
    playing(server, []);
    const all = Array.from({ length: MAXIMUM_SUBSCRIPTIONS }, () => client.subscribe(topic));
    expect(() => client.subscribe(topic)).toThrow(expect.objectContaining({ code: 'too-many-subscriptions' }));
    for (const one of all) one.close();
  });

  it('reads over kinds of message that it does not know', async () => {
    const { server, client } = await setUp();
    playing(server, [streamEvent(1)]);
    const known = server.onMessage;
    server.onMessage = (peer, message) => {
      peer.sendText('{"type":"fanfare"}');
      known(peer, message);
    };
    expect(await take(client.subscribe(topic, { cursor: '0' }), 1)).toEqual([1]);
  });
});

describe('a subscription that fails', () => {
  it('does so with the problem of a refused handshake', async () => {
    const { server, client } = await setUp();
    server.refusals.push(problemReply('unauthenticated', 'the key was revoked'));
    const subscription = client.subscribe(topic);
    await expect(take(subscription, 1)).rejects.toMatchObject({ code: 'unauthenticated', status: 401, detail: 'the key was revoked' });
    await expect(subscription.ready).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('comes back after a handshake was refused for the moment', async () => {
    const { server, client, runtime } = await setUp();
    playing(server, [streamEvent(1)]);
    server.refusals.push(problemReply('unavailable', 'starting'), problemReply('unavailable', 'starting'));
    expect(await take(client.subscribe(topic, { cursor: '0' }), 1)).toEqual([1]);
    expect(runtime.slept).toEqual([0.25, 0.5]);
  });

  it('says what the server said of the topic, and leaves the others alone', async () => {
    const { server, client } = await setUp();
    playing(server, [streamEvent(1)]);
    const good = server.onMessage;
    server.onMessage = (peer, message) => {
      if (message.type === 'subscribe' && message.topic.kind === 'tenant') peer.send({ type: 'error', id: message.id, code: 'forbidden', detail: 'the role may not' });
      else good(peer, message);
    };
    const refused = client.subscribe({ kind: 'tenant' });
    const fine = client.subscribe(topic, { cursor: '0' });
    await expect(take(refused, 1)).rejects.toMatchObject({ code: 'forbidden', detail: 'the role may not' });
    expect(await take(fine, 1)).toEqual([1]);
  });

  it('gives up when no connection succeeds for as long as was asked', async () => {
    let now = 0;
    const { server, client } = await setUp({ now: () => (now += 4000) }, { reconnectForSeconds: 30 });
    for (let refusal = 0; refusal < 50; refusal += 1) server.refusals.push(problemReply('unavailable', 'starting'));
    await expect(take(client.subscribe(topic), 1)).rejects.toMatchObject({ code: 'unavailable' });
    expect(server.refusals.length).toBeLessThan(50);
  });

  it('does not send the key to a stream on another host without TLS', async () => {
    const server = await startTestServer({ getService: () => ({ body: { name: 'sluice', version: '1', streamUrl: 'ws://stream.example.com/', tenant: 'a', role: 'admin' } }) });
    servers.push(server);
    await expect(take(createClient({ url: server.url, key: KEY }).subscribe(topic), 1)).rejects.toMatchObject({ code: 'insecure-url' });
  });
});

describe('pings', () => {
  it('are sent, and a connection that does not answer them is replaced', async () => {
    const ticks: (() => void)[] = [];
    const { server, client } = await setUp({ every: (_, work) => (ticks.push(work), () => undefined) });
    playing(server, []);
    const subscription = client.subscribe(topic);
    await subscription.ready;
    playing(server, [streamEvent(1)]);
    ticks[0]?.();
    ticks[0]?.();
    expect(await take(subscription, 1)).toEqual([1]);
    expect(server.peers).toHaveLength(2);
  });
});

describe('the topic of work', () => {
  it('yields a notice when it begins, for each "work", and after each reconnect', async () => {
    const { server, client } = await setUp();
    server.onMessage = (peer, message) => {
      if (message.type !== 'subscribe') return;
      peer.send({ type: 'subscribed', id: message.id, cursor: '' });
    };
    const notices = client.subscribe({ kind: 'work', target: 'cluster-a' })[Symbol.asyncIterator]();
    const notice = { done: false, value: { target: 'cluster-a' } };
    expect(await notices.next()).toEqual(notice);
    server.peers[0]?.send({ type: 'work', id: '2', target: 'cluster-a' });
    expect(await notices.next()).toEqual(notice);
    server.peers[0]?.drop();
    expect(await notices.next()).toEqual(notice);
    expect(server.peers).toHaveLength(2);
    await notices.return?.();
  });
});
