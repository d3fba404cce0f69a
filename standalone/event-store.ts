import { Failure } from '#contracts/errors';
import type { Append, EventStore, StoredEvent, StreamId } from '#ports/event-store';

import { canonicalJson } from './canonical-json.ts';
import type { Database } from './database.ts';
import { checkEvent } from './event-rules.ts';
import type { Signal } from './signal.ts';
import type { EventRow } from './transactions/events.ts';

/** A cursor is a version of its own form and a position in base 36, of fixed length. */
const CURSOR = /^1-([0-9a-z]{11})$/;

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
    const { tenant, stream, expectedVersion, at, traceId } = append;
    const events = append.events.map((event, index) => {
      const { envelope, canonical, relayed } = checkEvent(event, { tenant, stream, version: expectedVersion + index + 1, at, traceId });
      return { type: envelope.type, schemaVersion: envelope.schemaVersion, payload: canonicalJson(envelope.payload), canonical, relayed };
    });
    const appended = await this.#database.run('appendEvents', { tenant, stream, expectedVersion, at, traceId, events });
    if (events.length > 0) this.#appended.notify(tenant);
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

  async readFeed(tenant: string, after: string | undefined, limit: number): Promise<readonly StoredEvent[]> {
    const rows = await this.#database.run('readFeed', { tenant, after: after === undefined ? 0 : positionOf(after), limit: Math.min(limit, MAXIMUM_FEED_PAGE) });
    return rows.map(storedEvent);
  }

  async feedEnd(tenant: string): Promise<string> {
    return cursorOf(await this.#database.run('readFeedEnd', { tenant }));
  }
}

function storedEvent({ position, payload, ...envelope }: EventRow): StoredEvent {
  return { ...envelope, payload: JSON.parse(payload), cursor: cursorOf(position) };
}

function cursorOf(position: number): string {
  return `1-${position.toString(36).padStart(11, '0')}`;
}

/** @throws Failure `malformed-request` for what is no cursor of ours: cursors come back from clients. */
function positionOf(cursor: string): number {
  const digits = CURSOR.exec(cursor)?.[1];
  const position = digits === undefined ? Number.NaN : Number.parseInt(digits, 36);
  if (!Number.isSafeInteger(position)) throw new Failure('malformed-request', { detail: 'This is not a cursor of a feed.', errors: [{ field: 'cursor', rule: 'must be a cursor that an earlier answer gave' }] });
  return position;
}
