import * as z from 'zod';

import { topic } from '#contracts/stream';
import type { ServerMessage, Topic } from '#contracts/stream';
import type { Connections } from '#ports/connections';

import { eachOf } from './each-of.ts';
import { ABSENT } from './table.ts';
import type { Place, Table } from './table.ts';

/** API Gateway ends a connection after two hours; what was not cleaned up goes an hour later. */
const KEPT_SECONDS = 3 * 3600;

/** The open WebSockets, by the ids of their connections. */
export interface OpenSockets {
  post(connection: string, text: string): Promise<'sent' | 'gone'>;
  /** Ends a connection; one that is gone is no error. */
  close(connection: string): Promise<void>;
}

/** A connection as others see it: whose it is, and with which key it was opened. */
export type GatewayConnection = { readonly tenant: string; readonly connection: string; readonly keyId: string };

/** A subscription, and the place in its tenant's feed up to which it was served. */
export type GatewaySubscription = { readonly tenant: string; readonly connection: string; readonly id: string; readonly topic: Topic; readonly position: string };

/** A subscription with its place in the order of its tenant's. */
export type PlacedSubscription = { readonly place: string; readonly subscription: GatewaySubscription };

const storedConnection = z.object({ connection: z.string(), keyId: z.string(), expiresAt: z.number() });
const storedListener = z.object({ sk: z.string(), connection: z.string(), id: z.string(), expiresAt: z.number() });
const storedSubscription = z.object({ sk: z.string(), connection: z.string(), id: z.string(), topic: z.string().transform((text) => topic.parse(JSON.parse(text))), position: z.string(), expiresAt: z.number() });

/** The open WebSockets of API Gateway: items of connections and of what they subscribed to. Those that are gone are cleaned up when they are met. */
export class GatewayConnections implements Connections {
  readonly #sockets: OpenSockets;
  readonly #state: Table;
  readonly #now: () => number;

  /** `now` gives milliseconds since 1970. */
  constructor(sockets: OpenSockets, state: Table, now: () => number) {
    this.#sockets = sockets;
    this.#state = state;
    this.#now = now;
  }

  /** Remembers a connection that was opened; again changes nothing. How many there are is counted after that, so that of many at once none is overlooked. */
  async open({ tenant, connection, keyId }: GatewayConnection): Promise<void> {
    await this.#state.put({ pk: connectionPartition(tenant), sk: connection, connection, keyId, expiresAt: this.#end() });
  }

  /** How many connections are open: in all of the tenant, and with one key. */
  async count(tenant: string, keyId: string): Promise<{ readonly ofTenant: number; readonly ofKey: number }> {
    const all = await this.#connections(tenant);
    return { ofTenant: all.length, ofKey: all.filter((one) => one.keyId === keyId).length };
  }

  /** Forgets a connection and its subscriptions. */
  async forget(tenant: string, connection: string): Promise<void> {
    const own = await this.#state.query(subscriptionPartition(tenant), { prefix: `${connection}#` });
    const subscriptions = own.map((item) => ({ tenant, ...storedSubscription.parse(item) }));
    await this.#state.removeMany([{ pk: connectionPartition(tenant), sk: connection }, ...subscriptions.flatMap((one) => [subscriptionPlace(one), ...listenerPlaces(one)])]);
  }

  /**
   * Remembers a subscription; answers false when the connection has one of this id. They too are counted after that. One to a target's work stands in a partition
   * of that target as well, so that who announces work reads those that listen and no others.
   */
  async subscribe(subscription: GatewaySubscription): Promise<boolean> {
    const { connection, id, position } = subscription;
    const expiresAt = this.#end();
    const item = { ...subscriptionPlace(subscription), connection, id, topic: JSON.stringify(subscription.topic), position, expiresAt };
    const listeners = listenerPlaces(subscription).map((place) => ({ put: { ...place, connection, id, expiresAt } }));
    return listeners.length === 0 ? await this.#state.put(item, ABSENT) : await this.#state.transact([{ put: item, when: ABSENT }, ...listeners]);
  }

  /** How many subscriptions are open: in all of the tenant, and on one connection. */
  async countSubscriptions(tenant: string, connection: string): Promise<{ readonly ofTenant: number; readonly ofConnection: number }> {
    const liveAt = this.#seconds();
    const [ofTenant, ofConnection] = await Promise.all(['', `${connection}#`].map(async (prefix) => await this.#state.count(subscriptionPartition(tenant), { prefix, liveAt })));
    return { ofTenant: ofTenant ?? 0, ofConnection: ofConnection ?? 0 };
  }

  /** Forgets a subscription; answers whether there was one. */
  async unsubscribe(subscription: Pick<GatewaySubscription, 'tenant' | 'connection' | 'id'>): Promise<boolean> {
    const removed = await this.#state.remove(subscriptionPlace(subscription));
    if (removed === undefined) return false;
    await this.#state.removeMany(listenerPlaces({ ...subscription, topic: storedSubscription.parse(removed).topic }));
    return true;
  }

  /** The subscriptions of one connection. */
  async subscriptionsOf(tenant: string, connection: string): Promise<readonly GatewaySubscription[]> {
    return this.#open(tenant, await this.#state.query(subscriptionPartition(tenant), { prefix: `${connection}#` })).map(({ subscription }) => subscription);
  }

  /** Some of a tenant's subscriptions after a place in their order, each with its own; `next` is the place to go on after, if there may be more. */
  async subscriptionsAfter(tenant: string, after: string | undefined, limit: number): Promise<{ readonly found: readonly PlacedSubscription[]; readonly next: string | undefined }> {
    const items = await this.#state.query(subscriptionPartition(tenant), { ...(after === undefined ? {} : { after }), limit });
    const last = items.length < limit ? undefined : storedSubscription.parse(items.at(-1)).sk;
    return { found: this.#open(tenant, items), next: last };
  }

  /** Notes how far a subscription was served; not if another has served it further in the meantime. */
  async serve(subscription: GatewaySubscription, position: string): Promise<boolean> {
    return await this.#state.update(subscriptionPlace(subscription), {
      expression: 'SET #position = :to', when: '#position = :from', names: { '#position': 'position' }, values: { ':to': position, ':from': subscription.position },
    });
  }

  /** Sends a message. A connection that is gone is forgotten. */
  async post(tenant: string, connection: string, message: ServerMessage): Promise<'sent' | 'gone'> {
    const outcome = await this.#sockets.post(connection, JSON.stringify(message));
    if (outcome === 'gone') await this.forget(tenant, connection);
    return outcome;
  }

  async announceWork(tenant: string, target: string): Promise<void> {
    const now = this.#seconds();
    const listening = (await this.#state.query(listenerPartition(tenant, target))).map((item) => storedListener.parse(item)).filter(({ expiresAt }) => expiresAt > now);
    await eachOf(listening, async ({ connection, id }) => { await this.post(tenant, connection, { type: 'work', id, target }); });
  }

  /** The keys with which connections are open, each once. */
  async keysInUse(tenant: string): Promise<readonly string[]> {
    return [...new Set((await this.#connections(tenant)).map(({ keyId }) => keyId))];
  }

  async closeKey(tenant: string, key: string): Promise<void> {
    const own = (await this.#connections(tenant)).filter(({ keyId }) => keyId === key);
    await eachOf(own, async ({ connection }) => { await this.close(tenant, connection); });
  }

  /** Ends a connection; one that is gone is no error. */
  async close(tenant: string, connection: string): Promise<void> {
    await this.#sockets.close(connection);
    await this.forget(tenant, connection);
  }

  /** Without those of connections that have ended unheard. */
  #open(tenant: string, items: readonly unknown[]): readonly PlacedSubscription[] {
    const now = this.#seconds();
    return items.map((item) => storedSubscription.parse(item)).filter(({ expiresAt }) => expiresAt > now).map(({ sk, expiresAt: _expiresAt, ...rest }) => ({ place: sk, subscription: { tenant, ...rest } }));
  }

  /** Without those that have ended unheard: API Gateway tells an end as best it can, and the table removes what has expired within days. */
  async #connections(tenant: string): Promise<readonly z.infer<typeof storedConnection>[]> {
    const now = this.#seconds();
    return (await this.#state.query(connectionPartition(tenant))).map((item) => storedConnection.parse(item)).filter(({ expiresAt }) => expiresAt > now);
  }

  #end(): number {
    return this.#seconds() + KEPT_SECONDS;
  }

  #seconds(): number {
    return Math.floor(this.#now() / 1000);
  }
}

function connectionPartition(tenant: string): string {
  return `${tenant}#connection`;
}

function subscriptionPartition(tenant: string): string {
  return `${tenant}#subscription`;
}

function listenerPartition(tenant: string, target: string): string {
  return `${tenant}#listener#${target}`;
}

/** Where a subscription to a target's work stands beside its own place; others stand nowhere else. */
function listenerPlaces({ topic: about, ...subscription }: Pick<GatewaySubscription, 'tenant' | 'connection' | 'id' | 'topic'>): readonly Place[] {
  return about.kind === 'work' ? [{ pk: listenerPartition(subscription.tenant, about.target), sk: subscriptionPlace(subscription).sk }] : [];
}

/**
 * A connection's id has no `#`. A subscription's is any text that its client chose, so it is written in letters that stay within the range of a prefix:
 * one that sorts behind all of that range would be neither counted nor forgotten.
 */
function subscriptionPlace({ tenant, connection, id }: Pick<GatewaySubscription, 'tenant' | 'connection' | 'id'>): Place {
  return { pk: subscriptionPartition(tenant), sk: `${connection}#${Buffer.from(id).toString('base64url')}` };
}
