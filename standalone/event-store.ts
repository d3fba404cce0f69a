import { feedCursors } from '#contracts/feed-cursor';
import { checkAppend } from '#engine/event-chain';
import type { Append, EventStore, FeedEvent, StoredEvent, StreamId } from '#ports/event-store';

import type { Database } from './database.ts';
import type { Signal } from './signal.ts';
import type { EventRow } from './transactions/events.ts';

const { cursorOf, positionOf } = feedCursors(1);

/** The most events of one page of a feed: 1000 × 32 kB ≈ 32 MB is the most memory that one reader may take. */
const MAXIMUM_FEED_PAGE = 1000;

/** SQLite's way to say that there is no limit. */
const NO_LIMIT = -1;

/** The streams in the database. Each append gives the signal with the tenant's name, once it is durable. */
export class SqliteEventStore implements EventStore {
  readonly #database: Database;
  readonly #appended: Signal;

  constructor(database: Database, appended: Signal) {
    this.#database = database;
    this.#appended = appended;
  }

  async append(append: Append): Promise<{ readonly version: number }> {
    const events = checkAppend(append);
    const appended = await this.#database.run('appendEvents', { tenant: append.tenant, stream: append.stream, expectedVersion: append.expectedVersion, events });
    if (events.length > 0) this.#appended.notify(append.tenant);
    return appended;
  }

  async read(stream: StreamId, range: { readonly fromVersion?: number; readonly limit?: number } = {}): Promise<readonly StoredEvent[]> {
    const rows = await this.#database.run('readStream', { tenant: stream.tenant, stream: stream.stream, fromVersion: range.fromVersion ?? 1, limit: range.limit ?? NO_LIMIT });
    return rows.map(storedEvent);
  }

  async readLast(stream: StreamId): Promise<StoredEvent | undefined> {
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

function storedEvent({ position: _position, payload, ...envelope }: EventRow): StoredEvent {
  return { ...envelope, payload: JSON.parse(payload) };
}
