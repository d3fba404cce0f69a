import { randomUUID } from 'node:crypto';

import { CreateQueueCommand, DeleteMessageCommand, DeleteQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

/** A queue of its own on the SQS that the environment names, which gives each message to `take`, one after the other; what `take` throws leaves it in the queue. */
export type ServedQueue = { readonly client: SQSClient; readonly url: string; readonly arn: string; readonly errors: readonly unknown[]; close(): Promise<void> };

/** Opens a queue that is served until it is closed. */
export async function serveQueue(take: (text: string) => Promise<void> | void, visibilitySeconds = 30): Promise<ServedQueue> {
  const client = new SQSClient({ useQueueUrlAsEndpoint: false, maxAttempts: 3 });
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: `suite-${randomUUID()}`, Attributes: { VisibilityTimeout: String(visibilitySeconds) } }));
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const errors: unknown[] = [];
  const stop = new AbortController();
  const serving = serve({ client, QueueUrl, take, errors, stop: stop.signal });
  return {
    client, url: QueueUrl, arn: Attributes?.['QueueArn'] ?? '', errors,
    async close() {
      stop.abort();
      await serving;
      await client.send(new DeleteQueueCommand({ QueueUrl }));
      client.destroy();
    },
  };
}

async function serve({ client, QueueUrl, take, errors, stop }: { readonly client: SQSClient; readonly QueueUrl: string; readonly take: (text: string) => Promise<void> | void; readonly errors: unknown[]; readonly stop: AbortSignal }): Promise<void> {
  while (!stop.aborted) {
    try {
      const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }), { abortSignal: stop });
      await Promise.all(Messages.map(async ({ Body = '', ReceiptHandle }) => {
        await take(Body);
        await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }));
    } catch (error) {
      if (!stop.aborted) errors.push(error);
    }
  }
}
