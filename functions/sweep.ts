import { bringInLost } from '#aws/lost-events';
import { clients } from '#aws/clients';

import { contextOf, environment, handlers, opened } from './runtime/engine.ts';
import { logger } from './runtime/logger.ts';
import { scheduleFunction } from './runtime/schedule.ts';

/** First what the stream's consumers gave up, so that the comparisons find what is really missing. */
export const handler = scheduleFunction('sweep', async () => {
  const { ports, feed, relay } = opened;
  const found = await bringInLost({
    client: clients.dynamodb(), eventsTable: environment.SLUICE_EVENTS_TABLE, ports, feed, relay,
    project: async (event) => await handlers.project(contextOf(event.tenant, event.traceId), event),
  });
  if (found.relayed + found.fed > 0) logger.warn('events were brought in that the stream\'s consumers had not', found);
});
