import { project } from '#application/projector';
import { bringIn } from '#aws/bring-in';
import type { EventEnvelope } from '#contracts/events';
import { MetricUnit } from '@aws-lambda-powertools/metrics';

import { contextOf, opened } from './engine.ts';
import { logger, metrics } from './logger.ts';

/** Brings events into the read models and feeds; answers those that are to be given again. What can never be brought in is logged, counted and passed by. */
export async function bringEventsIn(events: readonly EventEnvelope[]): Promise<readonly EventEnvelope[]> {
  return await bringIn({
    feed: opened.feed,
    project: async (event) => await project(contextOf(event.tenant, event.traceId), event),
    tell: ({ tenant, stream, version, type, traceId }, error) => {
      logger.error('an event cannot be brought into the read models', { tenant, stream, version, type, traceId, error });
      metrics.addMetric('EventsNotProjected', MetricUnit.Count, 1);
    },
    delay: (tenant, error) => { logger.warn('events cannot be brought in now', { tenant, error }); },
  }, events);
}
