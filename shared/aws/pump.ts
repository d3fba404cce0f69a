import type { StreamApi } from '#application/http/stream-api';
import type { EventStore, FeedEvent } from '#ports/event-store';

import type { GatewayConnections, GatewaySubscription } from './connections.ts';
import { eachOf } from './each-of.ts';

/** How many events are read at a time, and how many pages in one call: 5000 events are some 100 s of posts, less than a function's time. */
const PAGE = 100;
const MAXIMUM_PAGES = 20;

/** What subscriptions are served from. */
export type PumpOptions = { readonly connections: GatewayConnections; readonly events: Pick<EventStore, 'readFeed'>; readonly stream: Pick<StreamApi, 'resumeTopic'> };

/**
 * Sends a subscription what its tenant's feed has after the place up to which it was served, in order, and notes the new place. Two that do it at
 * once send some events twice; none is left out, since each begins at a place up to which everything was sent.
 */
export async function pump({ connections, events, stream }: PumpOptions, given: GatewaySubscription): Promise<void> {
  if (given.topic.kind === 'work') return;
  let subscription = given;
  for (let page = 0; page < MAXIMUM_PAGES; page += 1) {
    const found = await events.readFeed(subscription.tenant, subscription.position, PAGE);
    const topic = stream.resumeTopic(subscription.tenant, subscription.topic, subscription.position);
    const last = found.at(-1);
    if (last === undefined) return;
    for (const event of found) {
      if (await topic.matches(event) && (await connections.post(subscription.tenant, subscription.connection, messageOf(subscription, event, topic.signCursor(event.cursor)))) === 'gone') return;
    }
    if (!(await connections.serve(subscription, last.cursor))) return;
    subscription = { ...subscription, position: last.cursor };
  }
}

/** Serves all subscriptions of a tenant. */
export async function pumpTenant(options: PumpOptions, tenant: string): Promise<void> {
  await eachOf(await options.connections.subscriptions(tenant), async (subscription) => await pump(options, subscription));
}

function messageOf(subscription: GatewaySubscription, { hash: _hash, tenant: _tenant, cursor: _cursor, ...event }: FeedEvent, cursor: string) {
  return { type: 'event', id: subscription.id, cursor, event } as const;
}
