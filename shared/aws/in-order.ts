import type { EventEnvelope } from '#contracts/events';
import type { StreamId } from '#ports/event-store';

import { eventOfItem, isRelayed, streamPartition } from './event-item.ts';
import { ordered } from './table.ts';
import type { Table } from './table.ts';

/**
 * The relayed events of one stream after a version, up to the newest of those that are given, in order. Where some in between were not given, they
 * are fetched: the table's stream brings each event at least once, but what a consumer gave up is missing.
 */
export async function eventsAfter(events: Table, stream: StreamId, version: number, given: readonly EventEnvelope[]): Promise<readonly EventEnvelope[]> {
  const fresh = given.filter((event) => event.version > version && isRelayed(event.type)).sort((one, other) => one.version - other.version);
  const newest = fresh.at(-1);
  if (newest === undefined) return [];
  const versions = new Set(given.map((event) => event.version));
  const missing = Array.from({ length: newest.version - version }, (_, index) => version + index + 1).some((one) => !versions.has(one));
  if (!missing) return [...new Map(fresh.map((event) => [event.version, event])).values()];
  const items = await events.query(streamPartition(stream), { from: ordered(version + 1), limit: newest.version - version });
  return items.map(eventOfItem).filter(({ type }) => isRelayed(type));
}
