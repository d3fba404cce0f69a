import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';

import { isRelayed } from '#aws/event-item';

import { bringEventsIn } from './runtime/bring-in.ts';
import { followers } from './runtime/followers.ts';
import { around } from './runtime/handler.ts';
import { logger, metrics } from './runtime/logger.ts';
import { commonFailure, eventsOf } from './runtime/stream-batch.ts';

/** The next batch waits as long: followers that have many subscriptions are served with the next event, their pings and the sweep. */
const FOLLOWERS_MILLISECONDS = 2000;

/** Brings appended events into the read models, gives them their places in the tenants' feeds, and sends them to who follows these. */
export const handler = around(async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  const given = eventsOf(Records);
  const later = await bringEventsIn(given.map(({ event }) => event));
  metrics.addMetric('EventsProjected', MetricUnit.Count, given.length - later.length);
  // Who could not be reached is served with the next event, ping or sweep: that must not hold up the stream.
  const followed = new Set(given.filter(({ event }) => isRelayed(event.type)).map(({ event }) => event.tenant));
  for (const { tenant, error } of await followers.serve(followed, FOLLOWERS_MILLISECONDS)) logger.warn('subscriptions were not served', { tenant, error });
  return commonFailure(given, later);
});
