import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { GatewayConnections } from '#aws/connections';
import { DynamoIdempotency } from '#aws/idempotency';
import { DynamoReadModels } from '#aws/read-model';
import { DynamoSamples } from '#aws/samples';
import { sealedKeysIn } from '#aws/sealed-keys';
import { DynamoTickets } from '#aws/tickets';
import { QueueTimers } from '#aws/timer';
import { tables } from '#contracts/tables';
import { Vault } from '#engine/vault';

import { freshDeployment, freshTenant } from '../contracts/subject.ts';
import { PlayedSockets } from './socket-system.ts';
import { freshTables } from './tables.ts';
import type { FreshTables } from './tables.ts';
import { VirtualDelays } from './virtual-delays.ts';

let made: FreshTables;
beforeAll(async () => { made = await freshTables(); });
afterAll(() => made.close());

const delays = new VirtualDelays();
const now = () => delays.time.now();
const tenant = freshTenant();

/** In how many seconds from now the table may remove the items of a partition. */
async function secondsLeft(partition: string): Promise<readonly number[]> {
  const items = await made.state.query(partition);
  return items.map((item) => (typeof item === 'object' && item !== null && tables.state.timeToLive in item ? Number(item[tables.state.timeToLive]) - now() / 1000 : Number.NaN));
}

const HOUR = 3600;
const DAY = 86_400;

it('what is kept for a time only is removed by the table when it has passed: DynamoDB reads seconds', async () => {
  const vault = await Vault.open(sealedKeysIn(made.state), randomBytes(32));
  await new DynamoReadModels(made.state, now).remove(tenant, 'resources', 'applications/gone', 3);
  await new DynamoIdempotency(made.state, async () => await Promise.resolve(vault)).begin({ tenant, key: 'one', fingerprint: 'print', at: new Date(now()).toISOString() });
  await new DynamoSamples(made.state).write(tenant, 'edge', [{ application: 'shop', component: 'web', release: '1.0.0', second: now() / 1000, requests: 1, errors: 0, latency: { zeros: 1, buckets: [] } }]);
  await new DynamoTickets(made.state, now).issue({ hash: `hash-${tenant}`, tenant, keyId: 'key-1', expiresAt: delays.time.in(30) });
  await new QueueTimers(made.state, delays, delays.time).set({ id: 'one', at: delays.time.in(60), payload: { kind: 'cleanup', tenant, deployment: freshDeployment() } });
  const connections = new GatewayConnections(new PlayedSockets(), made.state, now);
  await connections.open({ tenant, connection: 'c', keyId: 'key-1' });
  await connections.subscribe({ tenant, connection: 'c', id: 's', topic: { kind: 'tenant' }, position: '' });
  expect(await secondsLeft(`${tenant}#model#resources`)).toEqual([14 * DAY]);
  expect(await secondsLeft(`${tenant}#request`)).toEqual([DAY]);
  expect(await secondsLeft(`${tenant}#sample#edge#shop`)).toEqual([DAY]);
  expect(await secondsLeft(`#ticket#hash-${tenant}`)).toEqual([30]);
  expect(await secondsLeft(`${tenant}#ticket-count`)).toEqual([120]);
  expect(await secondsLeft(`${tenant}#timer`)).toEqual([14 * DAY + 60]);
  expect(await secondsLeft(`${tenant}#connection`)).toEqual([3 * HOUR]);
  expect(await secondsLeft(`${tenant}#subscription`)).toEqual([3 * HOUR]);
});

it('what is not kept for a time only has no end', async () => {
  const models = new DynamoReadModels(made.state, now);
  await models.remove(tenant, 'resources', 'applications/back', 3);
  await models.put(tenant, 'resources', { key: 'applications/back', version: 4, index: { kind: 'Application' }, document: {} });
  expect(await made.state.get({ pk: `${tenant}#model#resources`, sk: 'applications/back' })).not.toHaveProperty(tables.state.timeToLive);
  expect(await secondsLeft(`${tenant}#index#resources#kind#Application`)).toEqual([Number.NaN]);
});
