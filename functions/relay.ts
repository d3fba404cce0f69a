import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';

import { opened } from './runtime/engine.ts';
import { around } from './runtime/handler.ts';
import { logger, metrics } from './runtime/logger.ts';
import { eventsOf, firstFailure } from './runtime/stream-batch.ts';

/** Carries appended events to the bus. From the first that the bus did not take on, the batch comes again; what was taken before it is marked. */
export const handler = around(async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  const given = eventsOf(Records);
  const refusal = await opened.relay.relay(given.map(({ event }) => event));
  metrics.addMetric('EventsRelayed', MetricUnit.Count, Math.max(0, given.length - refusal.events.length));
  if (refusal.events.length > 0) {
    metrics.addMetric('EventsRefused', MetricUnit.Count, refusal.events.length);
    logger.error('the bus did not take events', { refused: refusal.events.length, error: refusal.cause });
  }
  return firstFailure(given, refusal.events);
});
