import { createServer } from 'node:http';
import type { Server } from 'node:http';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';

import { Table } from '#aws/table';

import { expectFailure } from '../contracts/subject.ts';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => { if (server === undefined) resolve(undefined); else server.close(resolve); });
});

type Answer = { readonly status: number; readonly body: { readonly [name: string]: unknown } };

/** A table behind which a service gives these answers, the last of them for ever, and how often it was asked. */
async function playedTable(answers: readonly Answer[]): Promise<{ readonly table: Table; asked(): number }> {
  let asked = 0;
  server = createServer((request, response) => {
    request.resume();
    const { status, body } = answers[Math.min(asked, answers.length - 1)] ?? { status: 500, body: {} };
    asked += 1;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => { server?.listen(0, '127.0.0.1', resolve); });
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return { table: new Table(new DynamoDBClient({ maxAttempts: 1, endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } }), 'state'), asked: () => asked };
}

const DONE: Answer = { status: 200, body: {} };
const error = (type: string, more: { readonly [name: string]: unknown } = {}): Answer => ({ status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no', ...more } });
const cancelled = (...codes: readonly string[]): Answer => error('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });
const place = { pk: 'a', sk: 'b' };

describe('a transaction', () => {
  it.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])('that was cancelled for %s is tried again', async (code) => {
    const { table, asked } = await playedTable([cancelled('None', code), cancelled(code, code), DONE]);
    expect(await table.transact([{ put: place }, { remove: place }])).toBe(true);
    expect(asked()).toBe(3);
  });

  it('of which a condition did not hold is not, whatever else there was', async () => {
    const { table, asked } = await playedTable([cancelled('TransactionConflict', 'ConditionalCheckFailed')]);
    expect(await table.transact([{ put: place }, { remove: place }])).toBe(false);
    expect(asked()).toBe(1);
  });

  it('that can never be done is told at once', async () => {
    const { table, asked } = await playedTable([cancelled('ValidationError')]);
    await expect(table.transact([{ put: place }])).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    expect(asked()).toBe(1);
  });

  it('that is held back again and again ends as an outage', async () => {
    const { table, asked } = await playedTable([cancelled('TransactionConflict')]);
    await expectFailure(table.transact([{ put: place }]), 'unavailable');
    expect(asked()).toBe(8);
  });
});

describe('a single write', () => {
  it('that met a transaction is tried again', async () => {
    const { table, asked } = await playedTable([error('TransactionConflictException'), DONE]);
    expect(await table.put(place)).toBe(true);
    expect(asked()).toBe(2);
  });

  it('of which the condition did not hold is not', async () => {
    const { table, asked } = await playedTable([error('ConditionalCheckFailedException')]);
    expect([await table.put(place), await table.update(place, { expression: 'SET a = :a', values: { ':a': 1 } }), await table.remove(place)]).toEqual([false, false, undefined]);
    expect(asked()).toBe(3);
  });
});

describe('a batch', () => {
  it('of which a part was left undone is asked for the rest', async () => {
    const rest = { RequestItems: { state: [{ PutRequest: { Item: { pk: { S: 'a' }, sk: { S: 'b' } } } }] } };
    const { table, asked } = await playedTable([{ status: 200, body: { UnprocessedItems: rest.RequestItems } }, { status: 200, body: { UnprocessedItems: {} } }]);
    await table.putMany([place, { pk: 'a', sk: 'c' }]);
    expect(asked()).toBe(2);
  });

  it('of which a part is always left undone ends as an outage', async () => {
    const { table, asked } = await playedTable([{ status: 200, body: { UnprocessedKeys: { state: { Keys: [{ pk: { S: 'a' }, sk: { S: 'b' } }] } } } }]);
    await expectFailure(table.getMany([place]), 'unavailable');
    expect(asked()).toBe(7);
  });
});
