import type { CheckedEvent } from '#contracts/check-event';
import { feedCursors } from '#contracts/feed-cursor';
import { checkAppend } from '#engine/event-chain';
import type { Append, EventStore, FeedEvent, StoredEvent, StreamId } from '#ports/event-store';

import type { Database } from './database.ts';
import type { Signal } from './signal.ts';
import { StreamCache } from './stream-cache.ts';
import type { EventRow } from './transactions/events.ts';

const { cursorOf, positionOf } = feedCursors(1);

/** The most events of one page of a feed: 1000 × 32 kB ≈ 32 MB is the most memory that one reader may take. */
const MAXIMUM_FEED_PAGE = 1000;

/** About what an event's JSON has beside its payload: names, place, time, trace and hash. */
const ENVELOPE_CHARACTERS = 350;

/** SQLite's way to say that there is no limit. */
const NO_LIMIT = -1;

/** The streams in the database. Each append gives the signal with the tenant's name, once it is durable. */
export class SqliteEventStore implements EventStore {
  readonly #database: Database;
  readonly #appended: Signal;
  readonly #cache = new StreamCache();

  constructor(database: Database, appended: Signal) {
    this.#database = database;
    this.#appended = appended;
  }

  async append(append: Append): Promise<{ readonly version: number }> {
    const events = checkAppend(append);
    const { tenant, stream, expectedVersion } = append;
    const before = expectedVersion === 0 ? { events: [], characters: 0 } : this.#cache.of(append);
    try {
      const { version, hashes } = await this.#database.run('appendEvents', { tenant, stream, expectedVersion, events });
      // Replies come in the order of requests: what a reader remembers after this has these events too.
      const stored = events.map((event, index) => storedAs(event, hashes[index]));
      const characters = events.reduce((sum, { canonical }) => sum + canonical.length, before?.characters ?? 0);
      this.#cache.put(append, before?.events.length === expectedVersion ? { events: [...before.events, ...stored], characters } : undefined);
      if (events.length > 0) this.#appended.notify(tenant);
      return { version };
    } catch (error) {
      this.#cache.put(append, undefined);
      throw error;
    }
  }

  async read(stream: StreamId, range: { readonly fromVersion?: number; readonly limit?: number } = {}): Promise<readonly StoredEvent[]> {
    const { fromVersion = 1, limit = NO_LIMIT } = range;
    const known = this.#cache.of(stream)?.events;
    if (known !== undefined) return known.slice(fromVersion - 1, limit === NO_LIMIT ? undefined : fromVersion - 1 + limit);
    const rows = await this.#database.run('readStream', { tenant: stream.tenant, stream: stream.stream, fromVersion, limit });
    const events = rows.map(storedEvent);
    if (fromVersion === 1 && limit === NO_LIMIT && events.length > 0) this.#cache.put(stream, { events, characters: rows.reduce((sum, { payload }) => sum + payload.length + ENVELOPE_CHARACTERS, 0) });
    return events;
  }

  async readLast(stream: StreamId): Promise<StoredEvent | undefined> {
    const known = this.#cache.of(stream)?.events;
    if (known !== undefined) return known.at(-1);
    const row = await this.#database.run('readLastEvent', { tenant: stream.tenant, stream: stream.stream });
    return row === undefined ? undefined : storedEvent(row);
  }

  async readFeed(tenant: string, after: string | undefined, limit: number): Promise<readonly FeedEvent[]> {
    const rows = await this.#database.run('readFeed', { tenant, after: after === undefined ? 0 : positionOf(after), limit: Math.min(limit, MAXIMUM_FEED_PAGE) });
    return rows.map((row) => ({ ...storedEvent(row), cursor: cursorOf(row.position) }));
  }

  async feedEnd(tenant: string): Promise<string> {
    return cursorOf(await this.#database.run('readFeedEnd', { tenant }));
  }
}

/** An event as it would be read: what was stored is its canonical JSON. */
function storedAs({ canonical }: CheckedEvent, hash: string | undefined): StoredEvent {
  return { ...JSON.parse(canonical), hash };
}

function storedEvent({ position: _position, payload, ...envelope }: EventRow): StoredEvent {
  return { ...envelope, payload: JSON.parse(payload) };
}
