import { MetricUnit } from '@aws-lambda-powertools/metrics';

import { sealMoved } from '#aws/checkpoints';
import type { Moved } from '#aws/checkpoints';
import { clients } from '#aws/clients';
import { bringInLost } from '#aws/lost-events';
import { Table } from '#aws/table';

import { bringEventsIn } from './runtime/bring-in.ts';
import { environment, opened } from './runtime/engine.ts';
import { logger, metrics } from './runtime/logger.ts';
import { scheduleFunction } from './runtime/schedule.ts';
import { serveSubscriptions } from './runtime/serve-subscriptions.ts';

/** First what the stream's consumers gave up, so that the comparisons find what is really missing; then the checkpoints of what was appended, and who follows a feed and was left behind. */
export const handler = scheduleFunction('sweep', async () => {
  const { ports, feed, relay } = opened;
  const errors: unknown[] = [];
  const moved: Moved[] = [];
  try {
    const found = await bringInLost({ client: clients.dynamodb(), eventsTable: environment.SLUICE_EVENTS_TABLE, ports, feed, relay, bringIn: bringEventsIn, seen: (places) => void moved.push(...places) });
    if (found.relayed + found.fed > 0) logger.warn('events were brought in that the stream\'s consumers had not', { relayed: found.relayed, fed: found.fed });
    metrics.addMetric('StreamsBehind', MetricUnit.Count, found.relayed + found.fed + found.errors.length);
    errors.push(...found.errors);
  } catch (error) {
    errors.push(error);
  }
  await makeCheckpoints(moved).catch((error: unknown) => errors.push(error));
  return [...errors, ...await serveSubscriptions()];
});

async function makeCheckpoints(moved: readonly Moved[]): Promise<void> {
  const tableNamed = (name: string) => new Table(clients.dynamodb(), name);
  await sealMoved({ events: tableNamed(environment.SLUICE_EVENTS_TABLE), state: tableNamed(environment.SLUICE_STATE_TABLE), clock: opened.ports.clock, readModels: opened.ports.readModels, dataKeyOf: opened.dataKeyOf }, moved);
}
