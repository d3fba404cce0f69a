import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';

import { GatewayConnections } from '#aws/connections';
import { Table } from '#aws/table';
import type { Topic } from '#contracts/stream';
import { VirtualTime } from '#test/standalone/virtual-time';

import { freshTenant } from '../contracts/subject.ts';
import { openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';
import { PlayedSockets } from './socket-system.ts';

const asked = z.object({ ExpressionAttributeValues: z.record(z.string(), z.object({ S: z.string().optional() })) });

let opened: Installation;
let client: DynamoDBClient;
let connections: GatewayConnections;
let sockets: PlayedSockets;
let time: VirtualTime;
let tenant: string;
const queried: string[] = [];

beforeAll(async () => {
  opened = await openInstallation();
  client = new DynamoDBClient({});
  client.middlewareStack.add((next, { commandName }) => async (call) => {
    if (commandName === 'QueryCommand') queried.push(...Object.values(asked.parse(call.input).ExpressionAttributeValues).flatMap(({ S = '' }) => (S.includes('#') ? [S] : [])));
    return await next(call);
  }, { step: 'initialize', name: 'note' });
});
afterAll(async () => {
  client.destroy();
  await opened.close();
});
beforeEach(() => {
  tenant = freshTenant();
  time = new VirtualTime();
  sockets = new PlayedSockets();
  connections = new GatewayConnections(sockets, new Table(client, opened.stateName), () => time.now());
  queried.length = 0;
});

const work = (target: string): Topic => ({ kind: 'work', target });
const listeners = async (target: string) => await opened.state.query(`${tenant}#listener#${target}`);

/** An open connection with subscriptions to these topics, by the ids `0`, `1` and so on. */
async function connected(connection: string, ...topics: readonly Topic[]): Promise<void> {
  sockets.open.set(connection, []);
  await connections.open({ tenant, connection, keyId: 'key-1' });
  for (const [index, topic] of topics.entries()) expect(await connections.subscribe({ tenant, connection, id: String(index), topic, position: '' })).toBe(true);
}

/** Of which targets a connection was told, each with the id of its subscription. */
const toldTo = (connection: string) => (sockets.open.get(connection) ?? []).flatMap((message) => (message.type === 'work' ? [`${message.id} ${message.target}`] : []));

describe('work that is announced', () => {
  it('is told to who listens to its target, under the ids of their subscriptions', async () => {
    await connected('one', { kind: 'tenant' }, work('edge'), work('rim'));
    await connected('two', work('edge'));
    await connections.announceWork(tenant, 'edge');
    expect([toldTo('one'), toldTo('two')]).toEqual([['1 edge'], ['0 edge']]);
  });

  it('asks for those who listen to its target, and for nothing else', async () => {
    await connected('one', work('edge'));
    await connected('two', work('rim'), { kind: 'tenant' });
    queried.length = 0;
    await connections.announceWork(tenant, 'edge');
    expect(queried).toEqual([`${tenant}#listener#edge`]);
  });

  it('is told no more when the subscription, the connection or its longest time has ended', async () => {
    await connected('one', work('edge'), work('rim'));
    await connected('two', work('edge'));
    await connected('three', work('edge'));
    expect(await connections.unsubscribe({ tenant, connection: 'one', id: '0' })).toBe(true);
    expect(await connections.unsubscribe({ tenant, connection: 'one', id: '0' })).toBe(false);
    await connections.forget(tenant, 'two');
    expect([(await listeners('edge')).length, (await listeners('rim')).length]).toEqual([1, 1]);
    time.advance(3 * 3600);
    await connections.announceWork(tenant, 'edge');
    await connections.announceWork(tenant, 'rim');
    expect(['one', 'two', 'three'].flatMap(toldTo)).toEqual([]);
  });

  it('leaves nothing of a connection that is gone', async () => {
    await connected('one', work('edge'), { kind: 'tenant' });
    sockets.open.delete('one');
    await connections.announceWork(tenant, 'edge');
    expect([await listeners('edge'), await opened.state.query(`${tenant}#subscription`)]).toEqual([[], []]);
  });

  it('is not told to a subscription that was refused, because there is one of its id', async () => {
    await connected('one', work('edge'));
    expect(await connections.subscribe({ tenant, connection: 'one', id: '0', topic: work('rim'), position: '' })).toBe(false);
    await connections.announceWork(tenant, 'rim');
    expect(toldTo('one')).toEqual([]);
    await connections.announceWork(tenant, 'edge');
    expect(toldTo('one')).toEqual(['0 edge']);
  });
});
