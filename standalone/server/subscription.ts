import type { OpenedTopic } from '#application/http/stream-api';
import type { ServerMessage } from '#contracts/stream';
import type { FeedEvent } from '#ports/event-store';

import type { Feed } from './feeds.ts';
import type { Outbox } from './outbox.ts';

/** A subscription: its name on the connection, what it is about, and between what it stands. */
export type Subscription = { readonly id: string; readonly topic: OpenedTopic; readonly feed: Feed; readonly outbox: Outbox };

/**
 * Sends the events of a topic, from a place in the feed on, in the feed's order, until it is aborted. Ends with `behind` when the reader
 * is too slow: then it was told the place from which to subscribe again. It waits for its reader before it reads, so a slow one holds no page.
 */
export async function follow(subscription: Subscription, abort: AbortSignal): Promise<'behind' | 'aborted'> {
  const { id, feed, topic, outbox } = subscription;
  let { position } = topic;
  while (!abort.aborted) {
    if ((await outbox.room(abort)) === 'slow') {
      outbox.sendNow({ type: 'behind', id, cursor: topic.signCursor(position) });
      return 'behind';
    }
    const seen = feed.appended.version;
    const isWanted = () => !abort.aborted && outbox.takesEvents;
    let isAtEnd = false;
    await feed.read({ cursor: position, isWanted, give: async (events) => {
      isAtEnd = events.length === 0;
      for (const event of events) {
        if (!isWanted()) return;
        if (await topic.matches(event)) {
          // Others of the connection may have taken the room meanwhile.
          if (!isWanted()) return;
          outbox.sendNow(eventMessage(id, event, topic.signCursor(event.cursor)));
        }
        position = event.cursor;
      }
    } });
    if (isAtEnd) await feed.appended.changed(seen, abort);
  }
  return 'aborted';
}

function eventMessage(id: string, stored: FeedEvent, cursor: string): ServerMessage {
  const { hash: _hash, tenant: _tenant, cursor: _cursor, ...event } = stored;
  return { type: 'event', id, cursor, event };
}
