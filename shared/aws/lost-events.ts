import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';

import { tables } from '#contracts/tables';
import type { EventEnvelope } from '#contracts/events';
import type { Ports } from '#ports/ports';

import { eachOf } from './each-of.ts';
import { isRelayed } from './event-item.ts';
import type { Feed } from './feed.ts';
import type { DynamoRelay } from './relay.ts';
import { eventsBetween } from './unrelayed.ts';

/** What was appended a minute ago has passed both consumers, or is late; bringing it in while they still try does no harm. */
const GRACE_MILLISECONDS = 60_000;

/** An event is in the index some seconds after the instant that it names, and clocks differ a little; so each look begins this long before the end of the one before. */
const OVERLAP_MILLISECONDS = 300_000;

/** How far back the first look goes, and the most that one takes on: after days without the sweep, each takes a day until it has caught up. */
const LONGEST_MILLISECONDS = 86_400_000;

/** Streams that could not be brought in are kept for the next look: 1000 × some 150 bytes are well within an item. With more the look is repeated as a whole. */
const MAXIMUM_BEHIND = 1000;

const PROGRESS = { tenant: 'operator', key: 'lost-events' } as const;
const place = z.object({ tenant: z.string(), stream: z.string(), version: z.int() });
const progress = z.object({ until: z.number(), behind: z.array(place) });

/** A stream, and its newest version that was seen. */
type Place = z.infer<typeof place>;

/** What is compared, and with what. */
export type LostEventsOptions = {
  readonly client: DynamoDBClient; readonly eventsTable: string;
  readonly ports: Pick<Ports, 'clock' | 'events' | 'readModels'>;
  readonly feed: Pick<Feed, 'marks'>; readonly relay: Pick<DynamoRelay, 'marks' | 'relay'>;
  /** Brings an event into the read models and the feed; answers what must be given again. */
  bringIn(events: readonly EventEnvelope[]): Promise<readonly EventEnvelope[]>;
  /** Is told the newest event that was seen of each stream; some come again with the next look. */
  seen?(places: readonly Place[]): void;
};

/** How many streams were behind in each consumer and are not any more, and what went wrong with others; these are looked at again. */
export type LostEvents = { readonly relayed: number; readonly fed: number; readonly errors: readonly unknown[] };

/**
 * Brings in what the stream's two consumers did not: compares all events that were appended since the last time with the marks of relay and feed.
 * The message of a batch that was given up names only a range of the stream, so this looks at the table. What goes wrong with one stream keeps
 * nobody from the next.
 */
export async function bringInLost(options: LostEventsOptions): Promise<LostEvents> {
  const { ports, client, eventsTable } = options;
  const now = ports.clock.now();
  const kept = await ports.readModels.get(PROGRESS.tenant, 'sweep', PROGRESS.key);
  const before = kept === undefined ? undefined : progress.parse(kept.document);
  const from = before === undefined ? now - LONGEST_MILLISECONDS : before.until - OVERLAP_MILLISECONDS;
  const until = Math.min(now - GRACE_MILLISECONDS, from + LONGEST_MILLISECONDS);
  const newest = new Map<string, Place>();
  const see = (one: Place) => {
    const name = `${one.tenant}#${one.stream}`;
    if ((newest.get(name)?.version ?? 0) < one.version) newest.set(name, { tenant: one.tenant, stream: one.stream, version: one.version });
  };
  for (const one of before?.behind ?? []) see(one);
  for await (const one of eventsBetween(client, { name: eventsTable, index: tables.events.index.name }, from, until)) see(one);
  options.seen?.([...newest.values()]);
  const looked: (LostEvents & { readonly behind: readonly Place[] })[] = [];
  await eachOf([...Map.groupBy(newest.values(), ({ tenant }) => tenant)], async ([tenant, places]) => { looked.push(await bringInTenant(options, tenant, places)); });
  const behind = looked.flatMap((one) => one.behind);
  const next = behind.length > MAXIMUM_BEHIND ? before : { until: Math.max(until, before?.until ?? 0), behind };
  if (next !== undefined) await ports.readModels.put(PROGRESS.tenant, 'sweep', { key: PROGRESS.key, version: now, index: {}, document: next satisfies z.input<typeof progress> });
  return { relayed: sum(looked.map((one) => one.relayed)), fed: sum(looked.map((one) => one.fed)), errors: looked.flatMap((one) => one.errors) };
}

async function bringInTenant(options: LostEventsOptions, tenant: string, places: readonly Place[]): Promise<LostEvents & { readonly behind: readonly Place[] }> {
  const streams = places.map(({ stream }) => stream);
  const [relayedTo, fedTo] = await Promise.all([options.relay.marks(tenant, streams), options.feed.marks(tenant, streams)]);
  const [behind, errors]: [Place[], unknown[]] = [[], []];
  const counts = { relayed: 0, fed: 0 };
  for (const one of places) {
    const [toRelay, toFeed] = [relayedTo, fedTo].map((marks) => (marks.get(one.stream) ?? 0) < one.version);
    if (toRelay !== true && toFeed !== true) continue;
    try {
      const found = await bringInStream(options, one, { toRelay: toRelay === true, toFeed: toFeed === true });
      counts.relayed += found && toRelay === true ? 1 : 0;
      counts.fed += found && toFeed === true ? 1 : 0;
    } catch (error) {
      behind.push(one);
      errors.push(error);
    }
  }
  return { ...counts, behind, errors };
}

/** Answers whether there was something to bring in: streams that are not relayed have no marks. */
async function bringInStream({ ports, relay, bringIn }: LostEventsOptions, { tenant, stream, version }: Place, { toRelay, toFeed }: { readonly toRelay: boolean; readonly toFeed: boolean }): Promise<boolean> {
  const [event] = await ports.events.read({ tenant, stream }, { fromVersion: version, limit: 1 });
  if (event === undefined || !isRelayed(event.type)) return false;
  const later = toFeed ? await bringIn([event]) : [];
  const refusal = toRelay ? await relay.relay([event]) : { events: [], cause: undefined };
  if (refusal.events.length > 0) throw new Error(`the bus did not take ${refusal.events.length} events of ${stream}`, { cause: refusal.cause });
  if (later.length > 0) throw new Error(`version ${version} of ${stream} could not be brought into the read models now`);
  return true;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, one) => all + one, 0);
}
