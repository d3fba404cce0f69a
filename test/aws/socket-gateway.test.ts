import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Followers } from '#aws/followers';
import { pump } from '#aws/pump';
import type { PumpOptions } from '#aws/pump';
import type { ServerMessage } from '#contracts/stream';

import { expectFailure, freshTenant } from '../contracts/subject.ts';
import { appended } from './installation.ts';
import { openSockets } from './socket-system.ts';
import type { SocketSystem } from './socket-system.ts';

let system: SocketSystem;
let tenant: string;
beforeAll(async () => { system = await openSockets(); });
afterAll(() => system.close());
beforeEach(() => {
  tenant = freshTenant();
  system.sockets.beforePost = () => {};
});

const all = { kind: 'tenant' } as const;
const freshConnection = () => `${randomUUID()}=`;
const options = (): PumpOptions => ({ connections: system.connections, events: system.store, clock: system.time, openStream: system.openStream });
/** Serves all who follow a tenant's feed, as a fresh process does. */
const pumpTenant = async (served: string, milliseconds = 15_000) => (await new Followers(options()).serve([served], milliseconds)).map(({ error }) => error);
/** The first hundred of a tenant's subscriptions. */
const subscriptionsOf = async (of: string) => (await system.connections.subscriptionsAfter(of, undefined, 100)).found.map(({ subscription }) => subscription);
const append = async (count: number, stream = 'sweep/a') => { await system.feed.record(tenant, await appended(system, { tenant, stream }, count)); };
const versions = (messages: readonly ServerMessage[]) => messages.flatMap((message) => (message.type === 'event' ? [message.event.version] : []));
const cursorOf = (messages: readonly ServerMessage[]) => messages.flatMap((message) => (message.type === 'event' || message.type === 'subscribed' ? [message.cursor] : [])).at(-1);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('a subscription', () => {
  it('begins with what happens next, and goes on from a cursor on another connection without a loss', async () => {
    await append(3);
    const [one, two] = [await system.connect(tenant, freshConnection()), await system.connect(tenant, freshConnection())];
    await system.send(one, { type: 'subscribe', id: 's', topic: all });
    await append(2);
    await pumpTenant(tenant);
    const first = system.messages(one.connection);
    expect(first.map(({ type }) => type)).toEqual(['subscribed', 'event', 'event']);
    expect(versions(first)).toEqual([4, 5]);
    system.sockets.open.delete(one.connection);
    await append(3);
    await system.send(two, { type: 'subscribe', id: 's', topic: all, cursor: cursorOf(first) });
    expect(versions(system.messages(two.connection))).toEqual([6, 7, 8]);
  });

  it('misses nothing when two pumps serve it at once, while more is recorded', async () => {
    const from = await system.connect(tenant, freshConnection());
    await system.send(from, { type: 'subscribe', id: 's', topic: all });
    const streams = range(1, 8).map((number) => `sweep/${number}`);
    await Promise.all(streams.map(async (stream) => {
      for (let round = 0; round < 3; round += 1) {
        await append(2, stream);
        await pumpTenant(tenant);
      }
    }));
    const sent = system.messages(from.connection).flatMap((message) => (message.type === 'event' ? [message.event] : []));
    for (const stream of streams) expect([...new Set(sent.filter((event) => event.stream === stream).map(({ version }) => version))]).toEqual(range(1, 6));
  });

  it('gets what a failed post left behind with the client\'s next ping, and nothing before it twice', async () => {
    const from = await system.connect(tenant, freshConnection());
    await system.send(from, { type: 'subscribe', id: 's', topic: all });
    await append(5);
    system.sockets.beforePost = (_connection, message) => { if (message.type === 'event' && message.event.version === 3) throw new Error('the gateway does not answer'); };
    expect(await pumpTenant(tenant)).toEqual([new Error('the gateway does not answer')]);
    system.sockets.beforePost = () => {};
    await system.send(from, { type: 'ping' });
    expect(system.messages(from.connection).map(({ type }) => type)).toEqual(['subscribed', 'event', 'event', 'pong', 'event', 'event', 'event']);
    expect(versions(system.messages(from.connection))).toEqual([1, 2, 3, 4, 5]);
  });

  it('is left when its time is over, and taken up where it was left', async () => {
    const from = await system.connect(tenant, freshConnection());
    await system.send(from, { type: 'subscribe', id: 's', topic: all });
    await append(12);
    system.sockets.beforePost = () => { system.time.advance(2); };
    await pumpTenant(tenant);
    const sent = versions(system.messages(from.connection)).length;
    expect(sent).toBe(8);
    await pumpTenant(tenant);
    expect(versions(system.messages(from.connection))).toEqual(range(1, 12));
  });

  it('ends with a connection that is gone, and the others are served', async () => {
    const [gone, stays] = [await system.connect(tenant, freshConnection()), await system.connect(tenant, freshConnection())];
    for (const from of [gone, stays]) await system.send(from, { type: 'subscribe', id: 's', topic: all });
    system.sockets.open.delete(gone.connection);
    await append(2);
    await pumpTenant(tenant);
    expect(versions(system.messages(stays.connection))).toEqual([1, 2]);
    expect((await subscriptionsOf(tenant)).map(({ connection }) => connection)).toEqual([stays.connection]);
  });

  it('of a connection that ended unheard is none any more when the connection could not be open, though the table has it still', async () => {
    const from = await system.connect(tenant, freshConnection());
    await system.send(from, { type: 'subscribe', id: 's', topic: all });
    await append(1);
    system.time.advance(3 * 3600);
    await pumpTenant(tenant);
    expect(versions(system.messages(from.connection))).toEqual([]);
    expect([await subscriptionsOf(tenant), await system.connections.subscriptionsOf(tenant, from.connection)]).toEqual([[], []]);
    await system.connections.forget(tenant, from.connection);
    expect(await system.state.query(`${tenant}#subscription`)).toEqual([]);
  });

  it('of another tenant gets nothing of this one', async () => {
    const other = freshTenant();
    const from = await system.connect(other, freshConnection());
    await system.send(from, { type: 'subscribe', id: 's', topic: all });
    await append(2);
    await pumpTenant(tenant);
    await pumpTenant(other);
    expect(versions(system.messages(from.connection))).toEqual([]);
    const [subscription] = await subscriptionsOf(other);
    if (subscription !== undefined) await pump(options(), subscription);
    expect(versions(system.messages(from.connection))).toEqual([]);
  });

  it('is told by its id, once per connection, and ends when it is asked to', async () => {
    const from = await system.connect(tenant, freshConnection());
    await system.send(from, { type: 'subscribe', id: 's', topic: all });
    await system.send(from, { type: 'subscribe', id: 's', topic: all });
    await system.send(from, { type: 'unsubscribe', id: 's' });
    await system.send(from, { type: 'unsubscribe', id: 's' });
    await append(1);
    await pumpTenant(tenant);
    expect(system.messages(from.connection).map((message) => (message.type === 'error' ? `${message.id ?? ''} ${message.code}` : message.type))).toEqual(['subscribed', 's conflict', 's not-found']);
  });
});

describe('a connection', () => {
  it('is told of a message that is none, with its id where it has one', async () => {
    const from = await system.connect(tenant, freshConnection());
    for (const text of ['nonsense', '{"type":"subscribe","id":"s","topic":{"kind":"moon"}}', JSON.stringify({ type: 'ping', filler: 'x'.repeat(40_000) })]) await system.gateway.received(from, text);
    expect(system.messages(from.connection).map((message) => (message.type === 'error' ? [message.id, message.code] : message.type))).toEqual([[null, 'malformed-request'], ['s', 'malformed-request'], [null, 'malformed-request']]);
  });

  it('ends with the first message after its key was revoked', async () => {
    const from = await system.connect(tenant, freshConnection());
    await system.keys.revoke(tenant, from.caller.keyId, new Date(system.time.now()).toISOString());
    await system.send(from, { type: 'ping' });
    expect(system.sockets.open.has(from.connection)).toBe(false);
  });

  it('is not opened when its key was revoked since it was admitted', async () => {
    const value = await system.makeKey(tenant, 'key-late');
    const caller = await system.gateway.admit({ authorization: `Bearer ${value}`, ticket: undefined, clientAddress: '192.0.2.1' });
    await system.keys.revoke(tenant, 'key-late', new Date(system.time.now()).toISOString());
    await system.connections.closeKey(tenant, 'key-late');
    await expectFailure(system.gateway.opened({ connection: freshConnection(), caller }), 'unauthenticated');
    expect(await system.connections.count(tenant, 'key-late')).toEqual({ ofTenant: 0, ofKey: 0 });
  });

  it('is opened by a ticket once', async () => {
    await system.makeKey(tenant, 'key-browser');
    const ticket = await system.makeTicket(tenant, 'key-browser');
    const byTicket = async () => await system.gateway.admit({ authorization: undefined, ticket, clientAddress: '192.0.2.1' });
    expect((await byTicket()).keyId).toBe('key-browser');
    await expectFailure(byTicket(), 'unauthenticated');
  });

  it('of which the end was never heard counts no longer than it can be open', async () => {
    const value = await system.makeKey(tenant, 'key-many');
    const admit = async () => await system.gateway.admit({ authorization: `Bearer ${value}`, ticket: undefined, clientAddress: '192.0.2.1' });
    const caller = await admit();
    for (let count = 0; count < 50; count += 1) await system.gateway.opened({ connection: freshConnection(), caller });
    await expectFailure(admit(), 'rate-limited');
    system.time.advance(4 * 3600);
    expect((await admit()).keyId).toBe('key-many');
  });
});
