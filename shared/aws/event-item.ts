import { createHash } from 'node:crypto';

import * as z from 'zod';

import { eventCatalogue } from '#contracts/events';
import type { EventEnvelope } from '#contracts/events';
import type { StreamId } from '#ports/event-store';

import { ordered } from './table.ts';
import type { Item, Place } from './table.ts';

/**
 * How many partitions an hour of events has in the index by time: each takes 1000 writes of 1 kB in a second (DynamoDB's quota of a partition), so sixteen
 * take four times what 1,000,000 deployments a day make at their peak (docs/scale.md), and the sweep asks sixteen times. It may grow at any time, for the parts of before are
 * among those that are asked; fewer would hide what stands in the others.
 */
export const HOUR_PARTS = 16;

const item = z.object({
  tenant: z.string(), stream: z.string(), version: z.int(), type: z.string(), schemaVersion: z.int(), payload: z.string(), at: z.string(), traceId: z.string(), hash: z.string(),
});

/** The partition of a stream in the table of events. */
export function streamPartition({ tenant, stream }: StreamId): string {
  return `${tenant}#${stream}`;
}

/** The place of an event in the table of events. */
export function eventPlace(stream: StreamId, version: number): Place {
  return { pk: streamPartition(stream), sk: ordered(version) };
}

/** An event as it is stored; `hour` and `place` are its keys in the index by time. The payload is text, so that its numbers and empty values stay as they are. */
export function itemOfEvent(event: EventEnvelope): Item {
  const { payload, ...rest } = event;
  return { ...eventPlace(event, event.version), ...rest, payload: JSON.stringify(payload), hour: hourPart(event.at, partOf(event)), place: `${event.at}#${event.tenant}#${event.stream}#${ordered(event.version)}` };
}

/** The event of a stored item, also of one that came by the table's stream. */
export function eventOfItem(stored: unknown): EventEnvelope {
  const { payload, ...rest } = item.parse(stored);
  return { ...rest, payload: JSON.parse(payload) };
}

/** The name of a part of an hour in the index by time. `at` is ISO 8601 UTC. */
export function hourPart(at: string, part: number): string {
  return `${at.slice(0, 'yyyy-mm-ddThh'.length)}#${part}`;
}

/** Whether events of a type go to the bus and into the feed. A type that this version does not know was written by a newer one: it goes. */
export function isRelayed(type: string): boolean {
  const catalogue: { readonly [name: string]: { readonly relayed: boolean } } = eventCatalogue;
  return Object.hasOwn(catalogue, type) ? catalogue[type]?.relayed === true : true;
}

function partOf({ tenant, stream }: StreamId): number {
  return (createHash('sha256').update(`${tenant}#${stream}`).digest()[0] ?? 0) % HOUR_PARTS;
}
