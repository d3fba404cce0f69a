import { FIRST_PREVIOUS_HASH, chained, checkAppend, versionConflict } from '#engine/event-chain';
import type { EventEnvelope } from '#contracts/events';
import type { Append, EventStore, FeedEvent, StreamId } from '#ports/event-store';

import { eventOfItem, eventPlace, itemOfEvent, streamPartition } from './event-item.ts';
import type { Feed } from './feed.ts';
import { ABSENT, ordered } from './table.ts';
import type { Table } from './table.ts';

/**
 * The streams in the table of events: one item per event, written only where none is. An append of several events is one transaction.
 * The feed is made by the projector from the table's stream.
 */
export class DynamoEventStore implements EventStore {
  readonly #events: Table;
  readonly #feed: Feed;

  constructor(events: Table, feed: Feed) {
    this.#events = events;
    this.#feed = feed;
  }

  async append(append: Append): Promise<{ readonly version: number }> {
    const checked = checkAppend(append);
    const head = await this.readLast(append);
    const version = head?.version ?? 0;
    if (version !== append.expectedVersion) throw versionConflict(append, version);
    const events = chained(checked, head?.hash ?? FIRST_PREVIOUS_HASH);
    const last = events.at(-1);
    if (last === undefined) return { version };
    if (!(await this.#write(events))) {
      // A write whose answer was lost is tried again by the client and then finds its own item: the hash covers all of it.
      const winner = (await this.#events.get(eventPlace(append, last.version)));
      if (winner === undefined || eventOfItem(winner).hash !== last.hash) throw versionConflict(append, (await this.readLast(append))?.version ?? 0);
    }
    return { version: last.version };
  }

  async read(stream: StreamId, range: { readonly fromVersion?: number; readonly limit?: number } = {}): Promise<readonly EventEnvelope[]> {
    const { fromVersion = 1, limit } = range;
    const items = await this.#events.query(streamPartition(stream), { from: ordered(fromVersion), ...(limit === undefined ? {} : { limit }) });
    return items.map(eventOfItem);
  }

  async readLast(stream: StreamId): Promise<EventEnvelope | undefined> {
    const [last] = await this.#events.query(streamPartition(stream), { backwards: true, limit: 1 });
    return last === undefined ? undefined : eventOfItem(last);
  }

  async readFeed(tenant: string, after: string | undefined, limit: number): Promise<readonly FeedEvent[]> {
    return await this.#feed.read(tenant, after, limit);
  }

  async feedEnd(tenant: string): Promise<string> {
    return await this.#feed.end(tenant);
  }

  async #write(events: readonly EventEnvelope[]): Promise<boolean> {
    const [first, ...more] = events.map(itemOfEvent);
    if (first === undefined) return true;
    if (more.length === 0) return await this.#events.put(first, ABSENT);
    return await this.#events.transact([first, ...more].map((item) => ({ put: item, when: ABSENT })));
  }
}
