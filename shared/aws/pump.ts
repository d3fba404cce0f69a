import type { StreamApi } from '#application/http/stream-api';
import type { Clock } from '#ports/clock';
import type { EventStore, FeedEvent } from '#ports/event-store';

import type { GatewayConnections, GatewaySubscription } from './connections.ts';
import { eachOf } from './each-of.ts';

/** How many events are read at a time. */
const PAGE = 100;

/** Pages that are kept while one tenant is served: 10 × 100 events of at most 32 kB are 32 MB, and some 1 MB as a rule. */
const MAXIMUM_PAGES = 10;

/** How many subscriptions of a tenant are served at once: with some tenants side by side within the 50 connections that an SDK's client keeps. */
export const SUBSCRIPTIONS_AT_ONCE = 10;

/**
 * How long a client's own message may send, and keep a function busy; a last post may take 7 s more. A tenant's 200 messages in a second (`tenantRate`) so have some 200 functions at work at the
 * most, of the 1,000 that an account has for all tenants. A post takes some 10 ms, so a second is a page; what is left comes with the tenant's next event, the client's next ping, or the next
 * sweep, all of which serve tenants in turn.
 */
const MESSAGE_MILLISECONDS = 1000;

/** What subscriptions are served from. */
export type PumpOptions = {
  readonly connections: Pick<GatewayConnections, 'subscriptionsAfter' | 'subscriptionsOf' | 'post' | 'serve'>;
  readonly events: Pick<EventStore, 'readFeed'>; readonly clock: Pick<Clock, 'now'>;
  /** Opens what signs cursors and matches topics; not asked where nobody follows anything. */
  openStream(): Promise<Pick<StreamApi, 'resumeTopic'>>;
};

/** Reads a page of one tenant's feed after a position. */
export type ReadPage = (position: string) => Promise<readonly FeedEvent[]>;

/**
 * Sends a subscription what its tenant's feed has after the place up to which it was served, in order, and notes the new place. Two that do it at
 * once send some events twice; none is left out, since each begins at a place up to which everything was sent.
 */
export async function pump(options: PumpOptions, given: GatewaySubscription, until = options.clock.now() + MESSAGE_MILLISECONDS, readPage = pagesOf(options, given.tenant)): Promise<void> {
  let subscription: GatewaySubscription | undefined = given;
  while (subscription !== undefined && options.clock.now() < until) subscription = await pumpPage(options, subscription, until, readPage);
}

/** Serves all subscriptions of a connection, which have the time of one message together. */
export async function pumpConnection(options: PumpOptions, tenant: string, connection: string): Promise<void> {
  const until = options.clock.now() + MESSAGE_MILLISECONDS;
  const readPage = pagesOf(options, tenant);
  await eachOf(await options.connections.subscriptionsOf(tenant, connection), async (subscription) => await pump(options, subscription, until, readPage), SUBSCRIPTIONS_AT_ONCE);
}

/** Sends a subscription one page. Answers it at its new place if there may be more for it; `undefined` when it has all, or another serves it. */
export async function pumpPage(options: PumpOptions, subscription: GatewaySubscription, until: number, readPage: ReadPage): Promise<GatewaySubscription | undefined> {
  if (subscription.topic.kind === 'work') return undefined;
  if (options.clock.now() >= until) return subscription;
  const found = await readPage(subscription.position);
  const { sent, isOpen, error } = await sendPage(options, subscription, found, until);
  const position = found[sent - 1]?.cursor;
  const served = position === undefined || !isOpen || (await options.connections.serve(subscription, position));
  if (error !== undefined) throw error;
  if (!isOpen || !served) return undefined;
  // What is recorded after this page was read is sent by whoever recorded it.
  return sent < found.length || found.length === PAGE ? { ...subscription, position: position ?? subscription.position } : undefined;
}

/** Reads each page of a tenant's feed once: most who follow it are at the same place. For the time of one call only, since a feed grows. */
export function pagesOf({ events }: Pick<PumpOptions, 'events'>, tenant: string): ReadPage {
  const pages = new Map<string, Promise<readonly FeedEvent[]>>();
  return async (position) => {
    const known = pages.get(position);
    if (known !== undefined) return await known;
    const reading = events.readFeed(tenant, position, PAGE);
    pages.set(position, reading);
    reading.catch(() => pages.delete(position));
    const oldest = pages.size > MAXIMUM_PAGES ? pages.keys().next().value : undefined;
    if (oldest !== undefined) pages.delete(oldest);
    return await reading;
  };
}

/** Answers how many events were dealt with, whether the connection is open still, and what kept it from the rest. */
async function sendPage({ connections, openStream, clock }: PumpOptions, subscription: GatewaySubscription, events: readonly FeedEvent[], until: number): Promise<{ readonly sent: number; readonly isOpen: boolean; readonly error?: unknown }> {
  const { tenant, connection } = subscription;
  let sent = 0;
  if (events.length === 0) return { sent, isOpen: true };
  const topic = (await openStream()).resumeTopic(tenant, subscription.topic, subscription.position);
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
