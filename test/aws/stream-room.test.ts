import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { closeInvalidKeys } from '#aws/invalid-keys';
import { MAXIMUM_CONNECTIONS_PER_KEY, MAXIMUM_SUBSCRIPTIONS, MAXIMUM_SUBSCRIPTIONS_PER_TENANT } from '#contracts/stream';

import { expectFailure, freshTenant } from '../contracts/subject.ts';
import { openSockets } from './socket-system.ts';
import type { SocketSystem } from './socket-system.ts';

let system: SocketSystem;
let tenant: string;
beforeAll(async () => { system = await openSockets(); });
afterAll(() => system.close());
beforeEach(() => { tenant = freshTenant(); });

const freshConnection = () => `${randomUUID()}=`;
const topic = { kind: 'tenant' } as const;
const subscribe = async (connection: string, id: string) => await system.connections.subscribe({ tenant, connection, id, topic, position: '' });

describe('connections of one key', () => {
  it('are never more than may be, though many were admitted before any was opened', async () => {
    const authorization = `Bearer ${await system.makeKey(tenant, 'key-fleet')}`;
    const admit = async () => await system.gateway.admit({ authorization, ticket: undefined, clientAddress: '192.0.2.1' });
    const caller = await admit();
    for (let count = 0; count < MAXIMUM_CONNECTIONS_PER_KEY - 3; count += 1) await system.gateway.opened({ connection: freshConnection(), caller });
    const callers = await Promise.all(Array.from({ length: 12 }, admit));
    const opened = (await Promise.allSettled(callers.map(async (one) => await system.gateway.opened({ connection: freshConnection(), caller: one })))).filter(({ status }) => status === 'fulfilled');
    expect(opened.length).toBeLessThanOrEqual(3);
    expect((await system.connections.count(tenant, 'key-fleet')).ofKey).toBe(MAXIMUM_CONNECTIONS_PER_KEY - 3 + opened.length);
    // Who was refused comes again, and there is room for as many as may be.
    for (let count = opened.length; count < 3; count += 1) await system.gateway.opened({ connection: freshConnection(), caller });
    const { detail } = await expectFailure(system.gateway.opened({ connection: freshConnection(), caller }), 'rate-limited');
    expect(detail).toMatchObject({ detail: 'this key may have 50 connections at once', context: { rule: 'connections per key', most: 50 }, retryAfterSeconds: 10 });
    expect((await system.connections.count(tenant, 'key-fleet')).ofKey).toBe(MAXIMUM_CONNECTIONS_PER_KEY);
  });
});

describe('subscriptions', () => {
  it('of one connection are as many as may be, whatever they are called and however many are asked for at the same time', async () => {
    const from = await system.connect(tenant, freshConnection());
    for (let count = 0; count < MAXIMUM_SUBSCRIPTIONS - 2; count += 1) await subscribe(from.connection, `s${count}`);
    await Promise.all(Array.from({ length: 8 }, async (_, index) => await system.send(from, { type: 'subscribe', id: `\u{10ffff}${index}`, topic })));
    expect((await system.connections.countSubscriptions(tenant, from.connection)).ofConnection).toBeLessThanOrEqual(MAXIMUM_SUBSCRIPTIONS);
    for (let count = 0; count < 3; count += 1) await system.send(from, { type: 'subscribe', id: `more${count}`, topic });
    expect(system.messages(from.connection).at(-1)).toEqual({ type: 'error', id: 'more2', code: 'conflict', detail: 'this connection may have 100 subscriptions at once' });
    expect((await system.connections.countSubscriptions(tenant, from.connection)).ofConnection).toBe(MAXIMUM_SUBSCRIPTIONS);
  });

  it('of one tenant are as many as may be, over all of its connections', async () => {
    const ids = Array.from({ length: MAXIMUM_SUBSCRIPTIONS_PER_TENANT - 1 }, (_, index) => index);
    for (const chunk of [ids.slice(0, 500), ids.slice(500)]) await Promise.all(chunk.map(async (index) => await subscribe(`c${index % 10}`, `s${index}`)));
    const from = await system.connect(tenant, freshConnection());
    await system.send(from, { type: 'subscribe', id: 'last', topic });
    await system.send(from, { type: 'subscribe', id: 'more', topic });
    expect(system.messages(from.connection)).toEqual([expect.objectContaining({ type: 'subscribed', id: 'last' }), { type: 'error', id: 'more', code: 'conflict', detail: 'this tenant may have 1000 subscriptions at once' }]);
    expect(await system.connections.countSubscriptions(tenant, from.connection)).toEqual({ ofTenant: 1000, ofConnection: 1 });
  });

  it('that have ended unheard count no longer', async () => {
    await subscribe('gone', 's');
    expect(await system.connections.countSubscriptions(tenant, 'gone')).toEqual({ ofTenant: 1, ofConnection: 1 });
    system.time.advance(4 * 3600);
    expect(await system.connections.countSubscriptions(tenant, 'gone')).toEqual({ ofTenant: 0, ofConnection: 0 });
  });
});

describe('connections whose key is no longer valid', () => {
  it('are ended when they are next looked for, and no others', async () => {
    const at = (seconds: number) => new Date(system.time.now() + seconds * 1000).toISOString();
    const open = async (owner: string, keyId: string) => {
      const connection = freshConnection();
      system.sockets.open.set(connection, []);
      await system.connections.open({ tenant: owner, connection, keyId });
      return connection;
    };
    const makeKey = async (owner: string, id: string, expiresAt: string | null) => await system.keys.create({ id, tenant: owner, name: id, prefix: 'slk_', hash: `${owner} ${id}`, role: 'viewer', target: null, createdAt: at(0), expiresAt, lastUsedAt: null, revokedAt: null });
    const other = freshTenant();
    await makeKey(tenant, 'expiring', at(60));
    await makeKey(tenant, 'revoked', null);
    await makeKey(tenant, 'lasting', at(61));
    await makeKey(other, 'expiring', null);
    const [first, second, revoked, lasting, foreign] = [await open(tenant, 'expiring'), await open(tenant, 'expiring'), await open(tenant, 'revoked'), await open(tenant, 'lasting'), await open(other, 'expiring')];
    const look = async () => {
      expect(await closeInvalidKeys({ ...system, clock: system.time }, [tenant, other])).toEqual([]);
      return [first, second, revoked, lasting, foreign].map((connection) => system.sockets.open.has(connection));
    };
    expect(await look()).toEqual([true, true, true, true, true]);
    await system.keys.revoke(tenant, 'revoked', at(0));
    system.time.advance(60);
    expect(await look()).toEqual([false, false, false, true, true]);
    expect(await system.connections.keysInUse(tenant)).toEqual(['lasting']);
  });

  it('of one tenant that cannot be looked for hold up nobody else\'s', async () => {
    const looked: string[] = [];
    const connections = {
      keysInUse: async (one: string) => {
        looked.push(one);
        if (one === 'broken') throw new Error('the table does not answer');
        return await Promise.resolve([]);
      },
      closeKey: async () => await Promise.resolve(),
    };
    expect(await closeInvalidKeys({ connections, keys: system.keys, clock: system.time }, ['broken', tenant])).toEqual([new Error('the table does not answer')]);
    expect(looked).toEqual(['broken', tenant]);
  });
});
