import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, it } from 'vitest';

import { runCli } from '#test/cli/run-cli';

import { hasOnlyDynamodb } from './bed.ts';
import { zipped } from './zipped.ts';

const queues = new SQSClient({ useQueueUrlAsEndpoint: false });
const functions = new LambdaClient();
const prefix = `redrive-${randomUUID().slice(0, 8)}`;

afterAll(() => {
  queues.destroy();
  functions.destroy();
});

async function queue(name: string): Promise<string> {
  const { QueueUrl = '' } = await queues.send(new CreateQueueCommand({ QueueName: `${prefix}-${name}` }));
  return QueueUrl;
}

async function bodies(QueueUrl: string): Promise<readonly (string | undefined)[]> {
  const { Messages = [] } = await queues.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }));
  return Messages.map(({ Body }) => Body);
}

/** Runs the command as whoever runs the control plane would. */
async function redriven(name: string): Promise<unknown> {
  const environment = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[0].startsWith('AWS_') && entry[1] !== undefined));
  const { stdout, stderr } = await runCli(['admin', 'redrive', `${prefix}-${name}`, '--json'], { environment });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe.skipIf(hasOnlyDynamodb)('sluice admin redrive', () => {
  it('the timers\' messages go back into their queue, and what names a range of the stream is left to the sweep', async () => {
    const [timers, dead, relay] = [await queue('timers'), await queue('timers-failed'), await queue('relay-failed')];
    const messages = ['{"tenant":"acme","id":"one","set":"1"}', '{"tenant":"acme","id":"two","set":"2"}'];
    for (const MessageBody of messages) await queues.send(new SendMessageCommand({ QueueUrl: dead, MessageBody }));
    await queues.send(new SendMessageCommand({ QueueUrl: relay, MessageBody: JSON.stringify({ requestContext: { functionArn: 'arn:aws:lambda:us-east-1:1:function:relay' }, DDBStreamBatchInfo: { shardId: '1' } }) }));
    expect(await redriven('timers-failed')).toEqual({ sent: 2, leftToSweep: 0, failed: [] });
    expect(await redriven('relay-failed')).toEqual({ sent: 0, leftToSweep: 1, failed: [] });
    expect((await bodies(timers)).toSorted()).toEqual(messages);
    expect([...await bodies(dead), ...await bodies(relay)]).toEqual([]);
  });

  it('a function whose call failed is called again with the same event', async () => {
    const called = Promise.withResolvers<string>();
    const server = createServer((request, response) => {
      called.resolve(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const code = zipped('index.mjs', `export const handler = async (event) => { await fetch('http://127.0.0.1:${port}/' + event.detail.stream); };`);
    const { FunctionArn = '' } = await functions.send(new CreateFunctionCommand({ FunctionName: `${prefix}-called`, Runtime: 'nodejs24.x', Handler: 'index.handler', Role: 'arn:aws:iam::000000000000:role/any', Code: { ZipFile: code } }));
    const QueueUrl = await queue('called-failed');
    await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ requestContext: { functionArn: `${FunctionArn}:$LATEST`, condition: 'RetriesExhausted' }, requestPayload: { detail: { stream: 'deployment-7' } } }) }));
    expect(await redriven('called-failed')).toEqual({ sent: 1, leftToSweep: 0, failed: [] });
    expect(await called.promise).toBe('/deployment-7');
    await new Promise((resolve) => { server.close(resolve); });
  });

  it('a queue that is not there is named', async () => {
    expect(await redriven('unknown-failed')).toMatchObject({ code: 'not-found', detail: expect.stringContaining(`${prefix}-unknown-failed`) });
  });
});
