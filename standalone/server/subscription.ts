import type { TopicMatcher } from '#application/http/topics';
import type { ServerMessage, Topic } from '#contracts/stream';
import type { StoredEvent } from '#ports/event-store';

import type { Feed } from './feeds.ts';
import type { Outbox } from './outbox.ts';

/** What a subscription is about, and from where on. */
export type SubscriptionStart = { readonly id: string; readonly topic: Topic; readonly cursor: string };

/** What a subscription needs. */
export type SubscriptionContext = { readonly feed: Feed; readonly matches: TopicMatcher; readonly outbox: Outbox; readonly signCursor: (position: string) => string };

/**
 * Sends the events of a topic, from a place in the feed on, in the feed's order, until it is aborted. Ends with `behind` when the reader
 * is too slow: then it was told the place from which to subscribe again. Reading goes at the reader's pace, so a long replay needs no memory.
 */
export async function follow(start: SubscriptionStart, context: SubscriptionContext, abort: AbortSignal): Promise<'behind' | 'aborted'> {
  const { feed } = context;
  let { cursor } = start;
  while (!abort.aborted) {
    const seen = feed.appended.version;
    const events = await feed.after(cursor);
    if (events.length === 0) await feed.appended.changed(seen, abort);
    for (const event of events) {
      const outcome = await give(event, { start, context, abort });
      if (outcome === 'slow') {
        context.outbox.sendNow({ type: 'behind', id: start.id, cursor: context.signCursor(cursor) });
        return 'behind';
      }
      cursor = event.cursor;
    }
  }
  return 'aborted';
}

type Giving = { readonly start: SubscriptionStart; readonly context: SubscriptionContext; readonly abort: AbortSignal };

async function give(event: StoredEvent, { start, context, abort }: Giving): Promise<'sent' | 'slow' | 'aborted'> {
  if (abort.aborted) return 'aborted';
  if (!(await context.matches(context.feed.tenant, start.topic, event))) return 'sent';
  return context.outbox.sendWhenRoom(eventMessage(start.id, event, context.signCursor(event.cursor)), abort);
}

function eventMessage(id: string, stored: StoredEvent, cursor: string): ServerMessage {
  const { hash: _hash, tenant: _tenant, cursor: _cursor, ...event } = stored;
  return { type: 'event', id, cursor, event };
}
