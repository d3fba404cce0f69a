import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { SocketCaller } from '#aws/socket-gateway';
import { messageRate, tenantRate } from '#contracts/rates';

import { expectFailure, freshTenant } from '../contracts/subject.ts';
import { appended } from './installation.ts';
import { openSockets } from './socket-system.ts';
import type { SocketSystem } from './socket-system.ts';

let system: SocketSystem;
let tenant: string;
beforeAll(async () => { system = await openSockets(); });
afterAll(() => system.close());
beforeEach(() => { tenant = freshTenant(); });

const freshConnection = () => `${randomUUID()}=`;
const connect = async () => await system.connect(tenant, freshConnection());
const ping = { type: 'ping' } as const;

/** A tenant that has just sent all that it may at once: its bucket is full again only when all of that has come back. */
async function exhaust(): Promise<void> {
  await system.state.put({ pk: `${tenant}#messages`, sk: '-', fullAt: system.time.now() + (tenantRate.burst * 1000) / tenantRate.perSecond });
}

/** A connection that may send only so many messages more at once. */
async function leave({ connection }: SocketCaller, messages: number): Promise<void> {
  await system.state.put({ pk: `${tenant}#messages#${connection}`, sk: '-', fullAt: system.time.now() + ((messageRate.burst - messages) * 1000) / messageRate.perSecond });
}

describe('a connection', () => {
  it('that sends more than it may is told so and closed, and no other is', async () => {
    const [loud, quiet] = [await connect(), await connect()];
    const heard: string[] = [];
    system.sockets.beforePost = (connection, message) => { if (connection === loud.connection) heard.push(message.type === 'error' ? `${message.code}: ${message.detail}` : message.type); };
    await leave(loud, 5);
    for (let count = 0; count < 6; count += 1) await system.send(loud, ping);
    expect(heard).toEqual([...Array.from({ length: 5 }, () => 'pong'), 'rate-limited: too many messages']);
    expect([loud, quiet].map(({ connection }) => system.sockets.open.has(connection))).toEqual([false, true]);
    await system.send(quiet, ping);
    expect(system.messages(quiet.connection)).toEqual([{ type: 'pong' }]);
  });

  it('may go on and on at its rate', async () => {
    const from = await connect();
    await leave(from, 0);
    for (let count = 0; count < 20; count += 1) {
      system.time.advance(1 / messageRate.perSecond);
      await system.send(from, ping);
    }
    expect(system.messages(from.connection)).toHaveLength(20);
  });

  it('that sends too much costs neither a look at its key nor an answer to what it sent', async () => {
    const from = await connect();
    await leave(from, 0);
    await system.keys.revoke(tenant, from.caller.keyId, new Date(system.time.now()).toISOString());
    const heard: string[] = [];
    system.sockets.beforePost = (_connection, message) => { heard.push(message.type); };
    await system.send(from, { type: 'subscribe', id: 's', topic: { kind: 'tenant' } });
    expect(heard).toEqual(['error']);
    expect(await system.connections.subscriptionsOf(tenant, from.connection)).toEqual([]);
  });
});

describe('a tenant', () => {
  it('whose connections send more than it may is told so by the message\'s id, and keeps them', async () => {
    const from = await connect();
    await exhaust();
    await system.send(from, { type: 'subscribe', id: 's', topic: { kind: 'tenant' } });
    expect(system.messages(from.connection)).toEqual([{ type: 'error', id: 's', code: 'rate-limited', detail: `this tenant may send ${tenantRate.perSecond} messages and open connections per second, ${tenantRate.burst} at once` }]);
    system.time.advance(1);
    await system.send(from, { type: 'subscribe', id: 's', topic: { kind: 'tenant' } });
    expect(system.messages(from.connection).at(-1)?.type).toBe('subscribed');
  });

  it('ends the connection that goes on all the same with its tenth, and no other', async () => {
    const [loud, quiet] = [await connect(), await connect()];
    const heard: string[] = [];
    system.sockets.beforePost = (connection, message) => { if (connection === loud.connection) heard.push(message.type === 'error' ? message.detail : message.type); };
    await exhaust();
    await system.send(quiet, ping);
    for (let count = 0; count < 10; count += 1) await system.send(loud, ping);
    expect(heard).toEqual([...Array.from({ length: 9 }, () => expect.stringContaining('this tenant may send')), 'too many messages']);
    expect([loud, quiet].map(({ connection }) => system.sockets.open.has(connection))).toEqual([false, true]);
    system.sockets.beforePost = () => {};
  });

  it('keeps the connection of who tries once a second, and of who sends the next message in time', async () => {
    const from = await connect();
    for (let count = 0; count < 30; count += 1) {
      await exhaust();
      await system.send(from, ping);
      system.time.advance(1.1);
    }
    await system.send(from, ping);
    expect(system.messages(from.connection).at(-1)).toEqual({ type: 'pong' });
  });

  it('opens no further connection then, and others do', async () => {
    const value = await system.makeKey(tenant, 'key-late');
    await exhaust();
    await expectFailure(system.gateway.admit({ authorization: `Bearer ${value}`, ticket: undefined, clientAddress: '192.0.2.1' }), 'rate-limited');
    tenant = freshTenant();
    expect((await connect()).caller.tenant).toBe(tenant);
  });
});

it('a message sends for a second at the most, and the next one sends on', async () => {
  const from = await connect();
  await system.send(from, { type: 'subscribe', id: 's', topic: { kind: 'tenant' } });
  await system.feed.record(tenant, await appended(system, { tenant, stream: 'sweep/a' }, 8, new Date(system.time.now()).toISOString()));
  const begun = system.time.now();
  system.sockets.beforePost = (_connection, message) => { if (message.type === 'event') system.time.advance(0.25); };
  await system.send(from, ping);
  expect(system.time.now() - begun).toBe(1000);
  const events = () => system.messages(from.connection).filter(({ type }) => type === 'event').length;
  expect(events()).toBe(4);
  await system.send(from, ping);
  expect(events()).toBe(8);
  system.sockets.beforePost = () => {};
});

it('a ticket that somebody made up is refused before the table is asked', async () => {
  const admit = async (ticket: string) => await system.gateway.admit({ authorization: undefined, ticket, clientAddress: '192.0.2.9' });
  let asked = 0;
  system.client.middlewareStack.add((next) => async (call) => {
    asked += 1;
    return await next(call);
  }, { step: 'initialize', name: 'count' });
  for (const ticket of ['slt_one', `slt_${'a'.repeat(32)}.${'b'.repeat(22)}`, '']) await expectFailure(admit(ticket), 'unauthenticated');
  expect(asked).toBe(0);
  system.client.middlewareStack.remove('count');
});
