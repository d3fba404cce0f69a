import { createServer } from 'node:http';
import type { Server } from 'node:http';

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';

import { boundedCalls } from '#aws/calls';
import { tellingOutages } from '#aws/outages';

import { expectFailure } from '../contracts/subject.ts';

let server: Server | undefined;
let asked = 0;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => { if (server === undefined) resolve(undefined); else server.close(resolve); });
  asked = 0;
});

/** A service that always answers the same, or, without an answer, never. */
async function service(answer: { readonly status: number; readonly type: string } | undefined): Promise<DynamoDBClient> {
  server = createServer((request, response) => {
    asked += 1;
    request.resume();
    if (answer !== undefined) response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${answer.type}`, message: 'no' }));
  });
  await new Promise<void>((resolve) => { server?.listen(0, '127.0.0.1', resolve); });
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return tellingOutages(new DynamoDBClient({ ...boundedCalls(2, 100), endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } }));
}

const get = new GetItemCommand({ TableName: 'state', Key: { pk: { S: 'a' }, sk: { S: 'b' } } });

describe('a call of a service', () => {
  it('that does not answer ends in its time, is tried again, and is an outage', async () => {
    const failure = await expectFailure((await service(undefined)).send(get), 'unavailable');
    expect(failure.retriable).toBe(true);
    expect(failure.cause).toBeInstanceOf(Error);
    expect(asked).toBe(2);
  });

  it('that fails is tried again, and is an outage', async () => {
    await expectFailure((await service({ status: 500, type: 'InternalServerError' })).send(get), 'unavailable');
    expect(asked).toBe(2);
  });

  it('that throttles is an outage', async () => {
    await expectFailure((await service({ status: 400, type: 'ProvisionedThroughputExceededException' })).send(get), 'unavailable');
    expect(asked).toBe(2);
  });

  it('that refuses stays what it is, and is not tried again', async () => {
    await expect((await service({ status: 400, type: 'ResourceNotFoundException' })).send(get)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(asked).toBe(1);
  });
});
