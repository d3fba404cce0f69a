import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteMessageCommand, GetQueueUrlCommand, QueueDoesNotExist, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Message } from '@aws-sdk/client-sqs';
import * as z from 'zod';

import { Failure } from '#contracts/errors';

/** SQS gives at most ten messages at a time. */
const MESSAGES_AT_A_TIME = 10;

/** Ten messages are sent within seconds; one that is not comes back after this time. */
const HIDDEN_SECONDS = 120;

/** A queue is spread over servers, and a short look may miss some: so it waits a moment, and believes the second empty answer. */
const WAIT_SECONDS = 1;
const EMPTY_ANSWERS = 2;

/** What the queue of messages that could not be delivered to another queue ends with, after that queue's name. */
const DEAD = '-failed';

/** What became of the messages: sent to where they came from, left to the sweep, or still in the queue because they could not be sent. */
export type Redriven = { readonly sent: number; readonly leftToSweep: number; readonly failed: readonly string[] };

/** How a redrive reaches queues and functions. */
export type RedriveClients = { readonly queues: Pick<SQSClient, 'send'>; readonly functions: Pick<LambdaClient, 'send'> };

/** Where a message belongs. */
export type Origin =
  | { readonly to: 'function'; readonly arn: string; readonly payload: string }
  | { readonly to: 'queue'; readonly name: string; readonly body: string }
  | { readonly to: 'sweep' };

const request = z.object({ requestContext: z.object({ functionArn: z.string() }), requestPayload: z.unknown() }).refine((body) => body.requestPayload !== undefined);
const range = z.object({ requestContext: z.object({ functionArn: z.string() }), DDBStreamBatchInfo: z.looseObject({}) });

/**
 * Where a message of an on-failure queue came from.
 * - A function that was called asynchronously and failed: its own destination wrote the request (Lambda, "Capturing records of asynchronous invocations").
 * - A rule that could not call its function: the event itself, and the function as an attribute (EventBridge, "Using dead-letter queues").
 * - A batch of the table's stream: its range only. The sweep compares the table with what was relayed, and does not pass by what is missing.
 * - A message of a queue whose reader failed too often: the message itself, in the queue with that queue's name and `-failed`.
 * A function is called only from its own queue: who can merely write into one of them must not choose what is called by whoever redrives it.
 * @throws Failure `rule-broken` for anything else
 */
export function originOf(queueName: string, message: Pick<Message, 'Body' | 'MessageAttributes'>): Origin {
  const { Body = '', MessageAttributes = {} } = message;
  const ruleTarget = MessageAttributes['TARGET_ARN']?.StringValue;
  if (ruleTarget !== undefined) return { to: 'function', arn: ownFunction(queueName, ruleTarget), payload: Body };
  const body = parsed(Body);
  if (range.safeParse(body).success) return { to: 'sweep' };
  const failed = request.safeParse(body);
  if (failed.success) return { to: 'function', arn: ownFunction(queueName, failed.data.requestContext.functionArn.replace(/:\$LATEST$/, '')), payload: JSON.stringify(failed.data.requestPayload) };
  if (queueName.endsWith(`timers${DEAD}`)) return { to: 'queue', name: queueName.slice(0, -DEAD.length), body: Body };
  throw new Failure('rule-broken', `A message of ${queueName} has none of the forms in which AWS tells of failures.`);
}

/** The ARN, if it is that of the function whose failures the queue holds: `arn:aws:lambda:REGION:ACCOUNT:function:NAME` and the queue `NAME-failed`. */
function ownFunction(queueName: string, arn: string): string {
  const [, , service, , , kind, name] = arn.split(':');
  if (service === 'lambda' && kind === 'function' && `${name}${DEAD}` === queueName) return arn;
  throw new Failure('rule-broken', `A message of ${queueName} names ${arn}, which has another queue.`);
}

/**
 * Sends the messages of an on-failure queue to where they came from, and removes those that were taken. At most `limit` messages, and none that came after it
 * began, so that what fails again is not sent again and again. Everything that it sends to bears a repetition.
 * @throws Failure `not-found` for an unknown queue
 */
export async function redrive({ queues, functions }: RedriveClients, queue: string, limit: number): Promise<Redriven> {
  const began = Date.now();
  const QueueUrl = queue.includes('/') ? queue : await urlOf(queues, queue);
  const name = QueueUrl.split('/').at(-1) ?? queue;
  const failed: string[] = [];
  let [sent, leftToSweep, seen, empty] = [0, 0, 0, 0];
  while (seen < limit && empty < EMPTY_ANSWERS) {
    const { Messages = [] } = await queues.send(new ReceiveMessageCommand({
      QueueUrl, MaxNumberOfMessages: Math.min(MESSAGES_AT_A_TIME, limit - seen), WaitTimeSeconds: WAIT_SECONDS, VisibilityTimeout: HIDDEN_SECONDS, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['SentTimestamp'],
    }));
    const due = Messages.filter((one) => Number(one.Attributes?.SentTimestamp ?? 0) <= began);
    empty = due.length === 0 ? empty + 1 : 0;
    seen += due.length;
    for (const message of due) {
      try {
        const origin = originOf(name, message);
        await deliver({ queues, functions }, origin);
        await queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
        if (origin.to === 'sweep') leftToSweep += 1;
        else sent += 1;
      } catch (error) {
        failed.push(error instanceof Failure ? error.detail.detail : error instanceof Error ? error.message : String(error));
      }
    }
  }
  return { sent, leftToSweep, failed };
}

/** Redrives with clients of its own; region and credentials come from the environment. */
export async function redriveOnAws(queue: string, limit: number): Promise<Redriven> {
  const bounded = { maxAttempts: 5, requestHandler: { connectionTimeout: 1000, requestTimeout: 10_000, throwOnRequestTimeout: true } };
  const clients = { queues: new SQSClient({ ...bounded, useQueueUrlAsEndpoint: false }), functions: new LambdaClient(bounded) };
  try {
    return await redrive(clients, queue, limit);
  } finally {
    clients.queues.destroy();
    clients.functions.destroy();
  }
}

/** A function is called as it was: asynchronously, so that what fails again comes into the same queue again. */
async function deliver({ queues, functions }: RedriveClients, origin: Origin): Promise<void> {
  switch (origin.to) {
    case 'function': await functions.send(new InvokeCommand({ FunctionName: origin.arn, InvocationType: 'Event', Payload: new TextEncoder().encode(origin.payload) })); return;
    case 'queue': await queues.send(new SendMessageCommand({ QueueUrl: await urlOf(queues, origin.name), MessageBody: origin.body })); return;
    case 'sweep': return;
  }
}

async function urlOf(queues: RedriveClients['queues'], QueueName: string): Promise<string> {
  try {
    const { QueueUrl = '' } = await queues.send(new GetQueueUrlCommand({ QueueName }));
    return QueueUrl;
  } catch (error) {
    if (error instanceof QueueDoesNotExist) throw new Failure('not-found', { detail: `There is no queue ${QueueName} in this region and account.`, cause: error });
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
