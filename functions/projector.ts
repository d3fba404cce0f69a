import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';

import { eachOf } from '#aws/each-of';
import { isRelayed } from '#aws/event-item';
import { pumpTenant } from '#aws/pump';

import { bringEventsIn } from './runtime/bring-in.ts';
import { pumpOptions } from './runtime/pump-options.ts';
import { around } from './runtime/handler.ts';
import { logger, metrics } from './runtime/logger.ts';
import { eventsOf, firstFailure } from './runtime/stream-batch.ts';

/** Brings appended events into the read models, gives them their places in the tenants' feeds, and sends them to who follows these. */
export const handler = around(async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  const given = eventsOf(Records);
  const later = await bringEventsIn(given.map(({ event }) => event));
  metrics.addMetric('EventsProjected', MetricUnit.Count, given.length - later.length);
  // Who could not be reached is served with the next event, ping or sweep: that must not hold up the stream.
  const followed = new Set(given.filter(({ event }) => isRelayed(event.type)).map(({ event }) => event.tenant));
  await eachOf([...followed], async (tenant) => {
    await pumpTenant(pumpOptions, tenant).catch((error: unknown) => logger.warn('subscriptions were not served', { tenant, error }));
  });
  return firstFailure(given, later);
});
