import { randomBytes } from 'node:crypto';

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DynamoEventStore } from '#aws/event-store';
import { Feed } from '#aws/feed';
import { DynamoIdempotency } from '#aws/idempotency';
import { DynamoLeases } from '#aws/lease';
import { DynamoReadModels } from '#aws/read-model';
import { sealedKeysIn } from '#aws/sealed-keys';
import { Table } from '#aws/table';
import { Vault } from '#engine/vault';

import { found } from '../contracts/event-store.ts';
import { expectFailure, freshDeployment, freshTenant } from '../contracts/subject.ts';
import { freshTables } from './tables.ts';
import type { FreshTables } from './tables.ts';

let made: FreshTables;
/** The tables, by a client whose writes are done but seem to fail the first time, so that the SDK tries each again. */
let events: Table;
let state: Table;
let lostAnswers = 0;
beforeAll(async () => {
  made = await freshTables();
  const client: DynamoDBClient = made.client;
  const lost = new WeakSet<object>();
  client.middlewareStack.add((next, { commandName = '' }) => async (call) => {
    const answer = await next(call);
    if (!/Put|Update|Transact/.test(commandName) || lost.has(call.input)) return answer;
    lost.add(call.input);
    lostAnswers += 1;
    throw Object.assign(new Error('the answer was lost'), { name: 'TimeoutError', $metadata: {} });
  }, { step: 'finalizeRequest', name: 'losingAnswers', priority: 'low' });
  [events, state] = [new Table(client, made.eventsName), new Table(client, made.stateName)];
});
afterAll(() => made.close());

const AT = '2026-11-21T12:00:00.000Z';

describe('a write whose answer was lost', () => {
  it('counts as an append, of one event and of many, and others at the same version are told of the conflict', async () => {
    const store = new DynamoEventStore(events, new Feed(events, state));
    const append = async (expectedVersion: number, subjects: readonly string[]) =>
      await store.append({ tenant, stream: 'sweep/a', expectedVersion, events: subjects.map((one) => found(one)), at: AT, traceId: randomBytes(16).toString('hex') });
    const tenant = freshTenant();
    expect(await append(0, ['one'])).toEqual({ version: 1 });
    expect(await append(1, ['two', 'three'])).toEqual({ version: 3 });
    expect(lostAnswers).toBe(2);
    const ended = await Promise.allSettled([append(3, ['four']), append(3, ['another four']), append(3, ['a third four', 'five'])]);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expectFailure(append(3, ['too late']), 'version-conflict');
    const stored = await store.read({ tenant, stream: 'sweep/a' });
    expect(stored.map(({ version }) => version)).toEqual(stored.map((_event, index) => index + 1));
  });

  it('counts as the beginning of a request, which nobody else begins', async () => {
    const vault = await Vault.open(sealedKeysIn(state), randomBytes(32));
    const idempotency = new DynamoIdempotency(state, async () => await Promise.resolve(vault));
    const request = { tenant: freshTenant(), key: 'one', fingerprint: 'print', at: AT };
    expect(await idempotency.begin(request)).toEqual({ state: 'new', firstBegunAt: AT });
    expect(await idempotency.begin(request)).toEqual({ state: 'in-flight' });
    await idempotency.finish(request.tenant, 'one', { status: 202, headers: {}, body: 'made' });
    expect(await idempotency.begin(request)).toEqual({ state: 'done', answer: { status: 202, headers: {}, body: 'made' } });
  });

  it('takes a lease once, and its generation grows once', async () => {
    const leases = new DynamoLeases(state);
    const [tenant, deployment] = [freshTenant(), freshDeployment()];
    const outcome = await leases.take(tenant, deployment, [{ target: 'edge', application: 'shop' }]);
    expect('taken' in outcome && outcome.taken.map(({ generation, holder }) => [generation, holder])).toEqual([[1, deployment]]);
    expect((await leases.read(tenant, 'edge')).map(({ generation }) => generation)).toEqual([2]);
  });

  it('leaves a document as it was written, found by its index', async () => {
    const models = new DynamoReadModels(state, () => Date.now());
    const tenant = freshTenant();
    await models.put(tenant, 'deployments', { key: 'one', version: 1, index: { state: 'Paused' }, document: 'first' });
    await models.put(tenant, 'deployments', { key: 'one', version: 2, index: { state: 'Failed' }, document: 'second' });
    const list = async (value: string) => (await models.list(tenant, 'deployments', { filter: { index: 'state', value }, limit: 5 })).map(({ document }) => document);
    expect([await list('Paused'), await list('Failed')]).toEqual([[], ['second']]);
  });
});
