import * as z from 'zod';

import { Failure } from '#contracts/errors';
import type { EventEnvelope } from '#contracts/events';
import type { FeedEvent } from '#ports/event-store';

import { eventOfItem, eventPlace } from './event-item.ts';
import { eventsAfter } from './in-order.ts';
import { ABSENT, ordered } from './table.ts';
import type { Condition, Place, Table, Write } from './table.ts';

/** A cursor is a version of its own form and a position in base 36, of fixed length. */
const CURSOR = /^2-([0-9a-z]{11})$/;

/** The most events of one page: 500 × 32 kB ≈ 16 MB is the most memory that one reader may take. */
const MAXIMUM_PAGE = 500;

/** A transaction has 100 writes: the feed's end, and for each event its place and at most one mark of its stream. */
const EVENTS_PER_TRANSACTION = 49;

/**
 * Batches of several shards, and several of each, may meet in one tenant's feed: forty of a new table. Each try is a read and a transaction after a pause that grows with
 * each loss, so that many make room for one another: of up to 50, 100, … 400 ms. 30 lost ones are 6 s of pauses in the mean (25 × (1 + … + 7) + 23 × 200 ms).
 */
const MAXIMUM_TRIES = 30;
const PAUSE_MILLISECONDS = 50;
const LONGEST_PAUSE_MILLISECONDS = 400;

/** What follows a tenant in the name of the partition of its marks: up to which version each stream is in the feed. */
export const FED = 'fed';

const ended = z.object({ position: z.int() });
const marked = z.object({ sk: z.string(), version: z.int() });
const placed = z.object({ sk: z.string(), stream: z.string(), version: z.int() });

/**
 * One order for the events of a tenant. The projector gives each event the next position, in transactions that move the end on from where they
 * read it; so positions have no gaps, an event has one, and what a reader sees after a gap was only read too early.
 */
export class Feed {
  readonly #events: Table;
  readonly #state: Table;

  constructor(events: Table, state: Table) {
    this.#events = events;
    this.#state = state;
  }

  /**
   * Gives the events of one tenant their positions, in the order of their streams; those that have one keep it. Events of the same streams that
   * are missing before them are fetched and go first.
   */
  async record(tenant: string, events: readonly EventEnvelope[]): Promise<void> {
    // Only rounds that others disturbed count: a long batch takes several, each of which leaves less.
    for (let lost = 0; lost < MAXIMUM_TRIES;) {
      const marks = await this.#marksOf(tenant, events);
      const missing = await this.#missing(tenant, events, marks);
      if (missing.length === 0) return;
      if (await this.#place(tenant, missing.slice(0, EVENTS_PER_TRANSACTION), marks)) continue;
      lost += 1;
      await new Promise((resolve) => { setTimeout(resolve, Math.random() * Math.min(LONGEST_PAUSE_MILLISECONDS, lost * PAUSE_MILLISECONDS)); });
    }
    throw new Failure('version-conflict', `the feed of ${tenant} was moved ${MAXIMUM_TRIES} times`);
  }

  /** The version of each stream up to which its events are in the feed; streams without one are not named. */
  async marks(tenant: string, streams: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const items = await this.#state.getMany(streams.map((stream) => markPlace(tenant, stream)));
    return new Map(items.map((one) => marked.parse(one)).map(({ sk, version }) => [sk, version]));
  }

  async read(tenant: string, after: string | undefined, limit: number): Promise<readonly FeedEvent[]> {
    const from = after === undefined ? 0 : positionOf(after);
    const items = await this.#state.query(feedPartition(tenant), { after: ordered(from), limit: Math.min(limit, MAXIMUM_PAGE) });
    const places = items.map((one) => placed.parse(one)).map(({ sk, ...rest }) => ({ ...rest, position: Number(sk) }));
    const whole = places.filter(({ position }, index) => position === from + index + 1);
    const events = new Map((await this.#events.getMany(whole.map(({ stream, version }) => eventPlace({ tenant, stream }, version)))).map(eventOfItem).map((event) => [`${event.stream}#${event.version}`, event]));
    return whole.flatMap(({ stream, version, position }) => {
      const event = events.get(`${stream}#${version}`);
      return event === undefined ? [] : [{ ...event, cursor: cursorOf(position) }];
    });
  }

  async end(tenant: string): Promise<string> {
    return cursorOf(await this.#end(tenant));
  }

  async #end(tenant: string): Promise<number> {
    const found = await this.#state.get(endPlace(tenant));
    return found === undefined ? 0 : ended.parse(found).position;
  }

  async #marksOf(tenant: string, events: readonly EventEnvelope[]): Promise<ReadonlyMap<string, number>> {
    return await this.marks(tenant, [...new Set(events.map(({ stream }) => stream))]);
  }

  /** The events of the streams after their marks, up to the newest that is given of each. */
  async #missing(tenant: string, events: readonly EventEnvelope[], marks: ReadonlyMap<string, number>): Promise<readonly EventEnvelope[]> {
    const streams = [...Map.groupBy(events, ({ stream }) => stream)];
    const missing = await Promise.all(streams.map(async ([stream, given]) => await eventsAfter(this.#events, { tenant, stream }, marks.get(stream) ?? 0, given)));
    return missing.flat();
  }

  /** Answers whether it worked: it does not where another has placed events since the end and the marks were read. */
  async #place(tenant: string, events: readonly EventEnvelope[], marks: ReadonlyMap<string, number>): Promise<boolean> {
    const end = await this.#end(tenant);
    const newest = new Map(events.map(({ stream, version }) => [stream, version]));
    const writes: Write[] = [
      { put: { ...endPlace(tenant), position: end + events.length }, when: end === 0 ? ABSENT : isAt('position', end) },
      ...events.map(({ stream, version }, index): Write => ({ put: { pk: feedPartition(tenant), sk: ordered(end + index + 1), stream, version }, when: ABSENT })),
      ...[...newest].map(([stream, version]): Write => {
        const mark = marks.get(stream);
        return { put: { ...markPlace(tenant, stream), version }, when: mark === undefined ? ABSENT : isAt('version', mark) };
      }),
    ];
    return await this.#state.transact(writes);
  }
}

function isAt(attribute: string, value: number): Condition {
  return { expression: '#attribute = :value', names: { '#attribute': attribute }, values: { ':value': value } };
}

function feedPartition(tenant: string): string {
  return `${tenant}#feed`;
}

function endPlace(tenant: string): Place {
  return { pk: `${tenant}#feed-end`, sk: '-' };
}

function markPlace(tenant: string, stream: string): Place {
  return { pk: `${tenant}#${FED}`, sk: stream };
}

function cursorOf(position: number): string {
  return `2-${position.toString(36).padStart(11, '0')}`;
}

/** @throws Failure `malformed-request` for what is no cursor of ours: cursors come back from clients. */
function positionOf(cursor: string): number {
  const digits = CURSOR.exec(cursor)?.[1];
  const position = digits === undefined ? Number.NaN : Number.parseInt(digits, 36);
  if (!(position < 1e12)) throw new Failure('malformed-request', { detail: 'This is not a cursor of a feed.', errors: [{ field: 'cursor', rule: 'must be a cursor that an earlier answer gave' }] });
  return position;
}
