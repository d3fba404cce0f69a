import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';

import { eachOf } from '#aws/each-of';
import { pumpTenant } from '#aws/pump';
import { eventOfRecord } from '#aws/stream-record';

import { contextOf, handlers, openApi, opened } from './runtime/engine.ts';
import { around } from './runtime/handler.ts';
import { logger } from './runtime/logger.ts';

const { stream } = await openApi();

/** Brings appended events into the read models, gives them their places in the tenants' feeds, and sends them to who follows these. */
export const handler = around(async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  const { feed, ports } = opened;
  const events = Records.flatMap((record) => eventOfRecord(record) ?? []);
  await eachOf([...Map.groupBy(events, ({ tenant, stream }) => `${tenant}#${stream}`).values()], async (ofStream) => {
    for (const event of ofStream) await handlers.project(contextOf(event.tenant, event.traceId), event);
  });
  await eachOf([...Map.groupBy(events, (event) => event.tenant)], async ([tenant, given]) => {
    await feed.record(tenant, given);
    // Who could not be reached is served with the next event or ping: that must not hold up the stream.
    await pumpTenant({ connections: ports.connections, events: ports.events, stream }, tenant).catch((error: unknown) => logger.warn('subscriptions were not served', { tenant, error }));
  });
  return { batchItemFailures: [] };
});
