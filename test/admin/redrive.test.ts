import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Message } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { originOf, redrive } from '#aws/redrive';
import type { RedriveClients } from '#aws/redrive';

const event = { 'detail-type': 'StepSucceeded', source: 'sluice', detail: { stream: 'deployment/dep-1', version: 7 } };
const ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:sluice-resume-machine';

/** As Lambda writes it for an asynchronous call that failed. */
const byDestination = { version: '1.0', timestamp: '2026-11-21T12:00:00.000Z', requestContext: { requestId: '1', functionArn: `${ARN}:$LATEST`, condition: 'RetriesExhausted', approximateInvokeCount: 3 }, requestPayload: event, responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' } };

/** As Lambda writes it for a batch of a table's stream that was given up. */
const byStream = { requestContext: { requestId: '2', functionArn: ARN, condition: 'RetryAttemptsExhausted', approximateInvokeCount: 11 }, version: '1.0', timestamp: '2026-11-21T12:00:00.000Z', DDBStreamBatchInfo: { shardId: 'shard', startSequenceNumber: '1', endSequenceNumber: '9', batchSize: 9, streamArn: 'arn' } };

const name = 'sluice-resume-machine-failed';

describe('where a message of an on-failure queue came from', () => {
  it('is the function whose call failed, with the event that it was given', () => {
    expect(originOf(name, { Body: JSON.stringify(byDestination) })).toEqual({ to: 'function', arn: ARN, payload: JSON.stringify(event) });
  });

  it('is the function that a rule could not call, not the bus: other rules have had the event', () => {
    const message = { Body: JSON.stringify(event), MessageAttributes: { TARGET_ARN: { DataType: 'String', StringValue: ARN }, RULE_ARN: { DataType: 'String', StringValue: 'arn' } } };
    expect(originOf(name, message)).toEqual({ to: 'function', arn: ARN, payload: JSON.stringify(event) });
  });

  it('is the queue of the timers', () => {
    expect(originOf('sluice-timers-failed', { Body: '{"tenant":"acme","id":"a","set":"b"}' })).toEqual({ to: 'queue', name: 'sluice-timers', body: '{"tenant":"acme","id":"a","set":"b"}' });
  });

  it('is the sweep\'s matter for a range of the stream', () => {
    expect(originOf('sluice-relay-failed', { Body: JSON.stringify(byStream) })).toEqual({ to: 'sweep' });
  });

  it.each([ARN.replace('resume-machine', 'first-keys'), ARN.replace('sluice-', 'other-'), ARN.replace(':lambda:', ':states:'), 'sluice-resume-machine'])('is no function that has another queue: %s', (arn) => {
    expect(() => originOf(name, { Body: JSON.stringify({ ...byDestination, requestContext: { functionArn: arn } }) })).toThrow('another queue');
    expect(() => originOf(name, { Body: '{}', MessageAttributes: { TARGET_ARN: { DataType: 'String', StringValue: arn } } })).toThrow('another queue');
  });

  it('is not guessed', () => {
    expect(() => originOf(name, { Body: 'hello' })).toThrow('none of the forms');
  });
});

/** A queue of AWS in memory, behind the SDK's own clients: what was received stays hidden, and new messages come at the end. */
class PlayedAws {
  readonly #queue: Message[];
  readonly invoked: string[] = [];
  readonly deleted: string[] = [];
  comesBack = false;
  failing = '';
  readonly clients: RedriveClients;

  constructor(bodies: readonly string[], sentAt: number) {
    this.#queue = bodies.map((Body, index) => ({ Body, ReceiptHandle: String(index), Attributes: { SentTimestamp: String(sentAt) } }));
    const queues = new SQSClient({ region: 'eu-central-1' });
    const functions = new LambdaClient({ region: 'eu-central-1' });
    queues.middlewareStack.add((_next, { commandName = '' }) => async ({ input }) => await Promise.resolve({ response: {}, output: { $metadata: {}, ...this.#ofQueue(commandName, input) } }), { step: 'initialize' });
    functions.middlewareStack.add(() => async ({ input }) => await Promise.resolve({ response: {}, output: { $metadata: {}, ...this.#ofFunction(call.parse(input)) } }), { step: 'initialize' });
    this.clients = { queues, functions };
  }

  #ofQueue(command: string, input: object): object {
    if (command === 'GetQueueUrlCommand') return { QueueUrl: `https://sqs.eu-central-1.amazonaws.com/1/${name}` };
    if (command === 'ReceiveMessageCommand') return { Messages: this.#queue.splice(0, receiving.parse(input).MaxNumberOfMessages) };
    if (command === 'DeleteMessageCommand') this.deleted.push(deleting.parse(input).ReceiptHandle);
    return {};
  }

  #ofFunction({ FunctionName, InvocationType, Payload }: z.infer<typeof call>): object {
    if (this.failing !== '' && Payload.includes(this.failing)) throw new Error('the function is gone');
    this.invoked.push(`${FunctionName} ${InvocationType}`);
    if (this.comesBack) this.#queue.push({ Body: JSON.stringify(byDestination), ReceiptHandle: 'again', Attributes: { SentTimestamp: String(Date.now() + 1000) } });
    return { StatusCode: 202 };
  }
}

const receiving = z.looseObject({ MaxNumberOfMessages: z.int() });
const deleting = z.looseObject({ ReceiptHandle: z.string() });
const call = z.looseObject({ FunctionName: z.string(), InvocationType: z.string(), Payload: z.instanceof(Uint8Array).transform((bytes) => new TextDecoder().decode(bytes)) });

describe('a redrive', () => {
  it('calls the function asynchronously for each message and removes it', async () => {
    const aws = new PlayedAws(Array.from({ length: 12 }, () => JSON.stringify(byDestination)), 0);
    expect(await redrive(aws.clients, name, 1000)).toEqual({ sent: 12, leftToSweep: 0, failed: [] });
    expect(aws.invoked).toEqual(Array.from({ length: 12 }, () => `${ARN} Event`));
    expect(aws.deleted).toHaveLength(12);
  });

  it('leaves what comes back in the meantime, so that it ends', async () => {
    const aws = new PlayedAws([JSON.stringify(byDestination), JSON.stringify(byDestination)], 0);
    aws.comesBack = true;
    expect(await redrive(aws.clients, name, 1000)).toMatchObject({ sent: 2 });
    expect(aws.deleted).not.toContain('again');
  });

  it('takes no more messages than it may', async () => {
    const aws = new PlayedAws(Array.from({ length: 30 }, () => JSON.stringify(byDestination)), 0);
    expect(await redrive(aws.clients, name, 15)).toMatchObject({ sent: 15 });
  });

  it('keeps what could not be sent, and says why', async () => {
    const bad = { ...byDestination, requestPayload: { ...event, detail: 'bad' } };
    const aws = new PlayedAws([JSON.stringify(byDestination), JSON.stringify(bad), 'hello', JSON.stringify(byStream)], 0);
    aws.failing = 'bad';
    expect(await redrive(aws.clients, name, 1000)).toEqual({ sent: 1, leftToSweep: 1, failed: ['the function is gone', expect.stringContaining('none of the forms')] });
    expect(aws.deleted).toEqual(['0', '3']);
  });
});
