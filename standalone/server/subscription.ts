import type { OpenedTopic } from '#application/http/stream-api';
import type { ServerMessage } from '#contracts/stream';
import type { FeedEvent } from '#ports/event-store';

import type { Feed } from './feeds.ts';
import type { Outbox } from './outbox.ts';

/** A subscription: its name on the connection, what it is about, and between what it stands. */
export type Subscription = { readonly id: string; readonly topic: OpenedTopic; readonly feed: Feed; readonly outbox: Outbox };

/**
 * Sends the events of a topic, from a place in the feed on, in the feed's order, until it is aborted. Ends with `behind` when the reader
 * is too slow: then it was told the place from which to subscribe again. Reading goes at the reader's pace, so a long replay needs no memory.
 */
export async function follow(subscription: Subscription, abort: AbortSignal): Promise<'behind' | 'aborted'> {
  const { id, feed, topic, outbox } = subscription;
  let { position } = topic;
  while (!abort.aborted) {
    const seen = feed.appended.version;
    const events = await feed.after(position);
    if (events.length === 0) await feed.appended.changed(seen, abort);
    for (const event of events) {
      const outcome = await give(subscription, event, abort);
      if (outcome === 'slow') {
        outbox.sendNow({ type: 'behind', id, cursor: topic.signCursor(position) });
        return 'behind';
      }
      position = event.cursor;
    }
  }
  return 'aborted';
}

async function give({ id, topic, outbox }: Subscription, event: FeedEvent, abort: AbortSignal): Promise<'sent' | 'slow' | 'aborted'> {
  if (abort.aborted) return 'aborted';
  if (!(await topic.matches(event))) return 'sent';
  return await outbox.sendWhenRoom(eventMessage(id, event, topic.signCursor(event.cursor)), abort);
}

function eventMessage(id: string, stored: FeedEvent, cursor: string): ServerMessage {
  const { hash: _hash, tenant: _tenant, cursor: _cursor, ...event } = stored;
  return { type: 'event', id, cursor, event };
}
