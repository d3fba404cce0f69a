import type { StreamApi } from '#application/http/stream-api';
import type { Clock } from '#ports/clock';
import type { EventStore, FeedEvent } from '#ports/event-store';

import type { GatewayConnections, GatewaySubscription } from './connections.ts';
import { eachOf } from './each-of.ts';

/** How many events are read at a time. */
const PAGE = 100;

/**
 * How long one call may send: well within the 29 s of a message's function and the 60 s of the projector's, of which a last post may take 7 s more.
 * What is left comes with the tenant's next event, the client's next ping, or the next sweep.
 */
const LONGEST_MILLISECONDS = 15_000;

/** What subscriptions are served from. */
export type PumpOptions = {
  readonly connections: GatewayConnections; readonly events: Pick<EventStore, 'readFeed'>; readonly clock: Pick<Clock, 'now'>;
  /** Opens what signs cursors and matches topics; not asked where nobody follows anything. */
  openStream(): Promise<Pick<StreamApi, 'resumeTopic'>>;
};

/**
 * Sends a subscription what its tenant's feed has after the place up to which it was served, in order, and notes the new place. Two that do it at
 * once send some events twice; none is left out, since each begins at a place up to which everything was sent.
 */
export async function pump(options: PumpOptions, given: GatewaySubscription, until = options.clock.now() + LONGEST_MILLISECONDS): Promise<void> {
  if (given.topic.kind === 'work') return;
  const { connections, events, clock } = options;
  let subscription = given;
  while (clock.now() < until) {
    const found = await events.readFeed(subscription.tenant, subscription.position, PAGE);
    if (found.length === 0) return;
    const { sent, isOpen, error } = await sendPage(options, subscription, found, until);
    const position = found[sent - 1]?.cursor;
    const served = position !== undefined && isOpen && (await connections.serve(subscription, position));
    if (error !== undefined) throw error;
    if (!served) return;
    subscription = { ...subscription, position };
  }
}

/** Serves all subscriptions of a tenant. */
export async function pumpTenant(options: PumpOptions, tenant: string): Promise<void> {
  await pumpAll(options, await options.connections.subscriptions(tenant));
}

/** Serves all subscriptions of a connection. */
export async function pumpConnection(options: PumpOptions, tenant: string, connection: string): Promise<void> {
  await pumpAll(options, await options.connections.subscriptionsOf(tenant, connection));
}

/** All of them have the time of one call together. */
async function pumpAll(options: PumpOptions, subscriptions: readonly GatewaySubscription[]): Promise<void> {
  const until = options.clock.now() + LONGEST_MILLISECONDS;
  await eachOf(subscriptions, async (subscription) => await pump(options, subscription, until));
}

/** Answers how many events were dealt with, whether the connection is open still, and what kept it from the rest. */
async function sendPage({ connections, openStream, clock }: PumpOptions, subscription: GatewaySubscription, events: readonly FeedEvent[], until: number): Promise<{ readonly sent: number; readonly isOpen: boolean; readonly error?: unknown }> {
  const { tenant, connection } = subscription;
  const topic = (await openStream()).resumeTopic(tenant, subscription.topic, subscription.position);
  let sent = 0;
  try {
    for (const event of events) {
      if (clock.now() >= until) break;
      if (await topic.matches(event) && (await connections.post(tenant, connection, messageOf(subscription, event, topic.signCursor(event.cursor)))) === 'gone') return { sent, isOpen: false };
      sent += 1;
    }
    return { sent, isOpen: true };
  } catch (error) {
    return { sent, isOpen: true, error };
  }
}

function messageOf(subscription: GatewaySubscription, { hash: _hash, tenant: _tenant, cursor: _cursor, ...event }: FeedEvent, cursor: string) {
  return { type: 'event', id: subscription.id, cursor, event } as const;
}
