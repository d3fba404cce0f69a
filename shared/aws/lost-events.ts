import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';

import { tables } from '#contracts/tables';
import type { EventEnvelope } from '#contracts/events';
import type { Ports } from '#ports/ports';

import type { Feed } from './feed.ts';
import { isRelayed } from './event-item.ts';
import type { DynamoRelay } from './relay.ts';
import { eventsBetween } from './unrelayed.ts';
import type { EventPlaceByTime } from './unrelayed.ts';

/** What was appended a minute ago has passed both consumers, or is late: a batch is given to them for a minute at the most before it is given up. */
const GRACE_MILLISECONDS = 60_000;

/** The index may lag, and clocks may differ, by some seconds; so each sweep begins this long before the end of the one before. */
const OVERLAP_MILLISECONDS = 300_000;

/** How far back the first sweep looks, and the most that one sweep takes on: a day of what happened, in the order of time. */
const LONGEST_MILLISECONDS = 86_400_000;

const PROGRESS = { tenant: 'operator', key: 'lost-events' } as const;
const progress = z.object({ until: z.number() });

/** What is compared, and with what. `project` brings an event into the read models. */
export type LostEventsOptions = {
  readonly client: DynamoDBClient; readonly eventsTable: string;
  readonly ports: Pick<Ports, 'clock' | 'events' | 'readModels'>; readonly feed: Feed; readonly relay: DynamoRelay;
  project(event: EventEnvelope): Promise<void>;
};

/**
 * Brings in what the stream's two consumers did not: compares all events that were appended since the last time with the marks of relay and feed.
 * The message of a batch that was given up names only a range of the stream, so this looks at the table. Answers how many streams were behind.
 */
export async function bringInLost(options: LostEventsOptions): Promise<{ readonly relayed: number; readonly fed: number }> {
  const { ports, client, eventsTable } = options;
  const now = ports.clock.now();
  const kept = await ports.readModels.get(PROGRESS.tenant, 'sweep', PROGRESS.key);
  const from = Math.max(now - LONGEST_MILLISECONDS, kept === undefined ? 0 : progress.parse(kept.document).until - OVERLAP_MILLISECONDS);
  const until = now - GRACE_MILLISECONDS;
  const newest = new Map<string, EventPlaceByTime>();
  for await (const place of eventsBetween(client, { name: eventsTable, index: tables.events.index.name }, from, until)) {
    const name = `${place.tenant}#${place.stream}`;
    if ((newest.get(name)?.version ?? 0) < place.version) newest.set(name, place);
  }
  let [relayed, fed] = [0, 0];
  for (const [tenant, places] of Map.groupBy(newest.values(), (place) => place.tenant)) {
    const counts = await bringInTenant(options, tenant, places);
    relayed += counts.relayed;
    fed += counts.fed;
  }
  await ports.readModels.put(PROGRESS.tenant, 'sweep', { key: PROGRESS.key, version: now, index: {}, document: { until } satisfies z.input<typeof progress> });
  return { relayed, fed };
}

async function bringInTenant({ ports, feed, relay, project }: LostEventsOptions, tenant: string, places: readonly EventPlaceByTime[]): Promise<{ relayed: number; fed: number }> {
  const streams = places.map(({ stream }) => stream);
  const [relayedTo, fedTo] = await Promise.all([relay.marks(tenant, streams), feed.marks(tenant, streams)]);
  const counts = { relayed: 0, fed: 0 };
  for (const { stream, version } of places) {
    const isBehind = (marks: ReadonlyMap<string, number>) => (marks.get(stream) ?? 0) < version;
    if (!isBehind(relayedTo) && !isBehind(fedTo)) continue;
    const [event] = await ports.events.read({ tenant, stream }, { fromVersion: version, limit: 1 });
    // Streams that are not relayed have no marks.
    if (event === undefined || !isRelayed(event.type)) continue;
    if (isBehind(fedTo)) {
      await project(event);
      await feed.record(tenant, [event]);
      counts.fed += 1;
    }
    if (isBehind(relayedTo)) {
      const refused = await relay.relay([event]);
      if (refused.length > 0) throw new Error('the bus refused events that the sweep gave it');
      counts.relayed += 1;
    }
  }
  return counts;
}
