import type { EventEnvelope } from '#contracts/events';
import type { StreamId } from '#ports/event-store';

import { eventOfItem, isRelayed, streamPartition } from './event-item.ts';
import { ordered } from './table.ts';
import type { Table } from './table.ts';

/**
 * Towards a query a transaction is read-committed, item by item (DynamoDB's guide on transactions, "Isolation levels"): it may show its end before its begin,
 * for some milliseconds. Who went on behind such a gap would never come back to it, so it is read again after each of these pauses; a gap that is
 * there after 0.6 s is an event that was taken away, which `sluice audit verify` tells.
 */
const PAUSES_MILLISECONDS = [20, 100, 500] as const;

/**
 * The relayed events of one stream after a version, up to the newest of those that are given, in order. Where some in between were not given, they
 * are fetched: the table's stream brings each event at least once, but what a consumer gave up is missing.
 */
export async function eventsAfter(events: Pick<Table, 'query'>, stream: StreamId, version: number, given: readonly EventEnvelope[]): Promise<readonly EventEnvelope[]> {
  const fresh = given.filter((event) => event.version > version && isRelayed(event.type)).sort((one, other) => one.version - other.version);
  const newest = fresh.at(-1);
  if (newest === undefined) return [];
  const versions = new Set(given.map((event) => event.version));
  const missing = Array.from({ length: newest.version - version }, (_, index) => version + index + 1).some((one) => !versions.has(one));
  if (!missing) return [...new Map(fresh.map((event) => [event.version, event])).values()];
  const range = { version, last: newest.version };
  let found = await readBetween(events, stream, range);
  for (const milliseconds of PAUSES_MILLISECONDS) {
    if (found.length === newest.version - version) break;
    await new Promise((resolve) => { setTimeout(resolve, milliseconds); });
    found = await readBetween(events, stream, range);
  }
  return found.filter(({ type }) => isRelayed(type));
}

/** The events after a version up to the last one, in order. */
async function readBetween(events: Pick<Table, 'query'>, stream: StreamId, { version, last }: { readonly version: number; readonly last: number }): Promise<readonly EventEnvelope[]> {
  const items = await events.query(streamPartition(stream), { from: ordered(version + 1), limit: last - version });
  return items.map(eventOfItem).filter((event) => event.version <= last);
}
