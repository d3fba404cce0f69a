import { describe, expect, it } from 'vitest';

import { bringIn } from '#aws/bring-in';
import type { GatewaySubscription } from '#aws/connections';
import { Followers } from '#aws/followers';
import type { ServerMessage } from '#contracts/stream';
import type { FeedEvent } from '#ports/event-store';
import { VirtualTime } from '#test/standalone/virtual-time';

const event = (tenant: string, number: number): FeedEvent => ({
  tenant, stream: 'sweep/a', version: number, type: 'SweepFound', schemaVersion: 1, at: '2026-11-21T12:00:00.000Z', traceId: 'trace', hash: 'ab', payload: {}, cursor: String(number),
});
const topicOf = { matches: async () => true, signCursor: (position: string) => position };

/** Tenants with subscriptions to feeds of some length, on a clock that each post and each query takes from. */
class Followed {
  readonly time = new VirtualTime();
  readonly sent = new Map<string, number[]>();
  readonly reads: string[] = [];
  readonly #subscriptions = new Map<string, GatewaySubscription[]>();
  readonly #lengths = new Map<string, number>();
  fails: (connection: string) => boolean = () => false;

  /** A tenant with so many connections, each with one subscription from the beginning, and a feed of so many events. */
  add(tenant: string, connections: number, events: number): void {
    this.#subscriptions.set(tenant, Array.from({ length: connections }, (_, index) => ({ tenant, connection: `${tenant}-${String(index).padStart(5, '0')}`, id: 's', topic: { kind: 'tenant' }, position: '0' })));
    this.#lengths.set(tenant, events);
  }

  followers(): Followers {
    return new Followers({
      clock: this.time,
      openStream: async () => ({ resumeTopic: (_tenant, _topic, position) => ({ ...topicOf, position }) }),
      events: { readFeed: async (tenant, after, limit) => {
        this.reads.push(tenant);
        this.time.advance(0.005);
        const all = Array.from({ length: this.#lengths.get(tenant) ?? 0 }, (_, index) => event(tenant, index + 1));
        return all.slice(Number(after), Number(after) + limit);
      } },
      connections: {
        subscriptionsOf: async () => [],
        subscriptionsAfter: async (tenant, after, limit) => {
          this.time.advance(0.005);
          const found = (this.#subscriptions.get(tenant) ?? []).filter(({ connection }) => after === undefined || connection > after).slice(0, limit);
          return { found: found.map((subscription) => ({ place: subscription.connection, subscription })), next: found.length < limit ? undefined : found.at(-1)?.connection };
        },
        post: async (_tenant, connection, message) => this.#post(connection, message),
        serve: async (subscription, position) => {
          const own = this.#subscriptions.get(subscription.tenant) ?? [];
          const index = own.findIndex(({ connection }) => connection === subscription.connection);
          own[index] = { ...subscription, position };
          return true;
        },
      },
    });
  }

  /** How many connections of a tenant have had all of so many events. */
  served(tenant: string, events: number): number {
    return [...this.sent].filter(([connection, versions]) => connection.startsWith(`${tenant}-`) && versions.length === events).length;
  }

  async #post(connection: string, message: ServerMessage): Promise<'sent'> {
    this.time.advance(0.01);
    if (this.fails(connection)) throw new Error(`${connection} does not answer`);
    if (message.type === 'event') this.sent.set(connection, [...(this.sent.get(connection) ?? []), message.event.version]);
    return await Promise.resolve('sent');
  }
}

const seconds = (followed: Followed, since: number) => (followed.time.now() - since) / 1000;

describe('followers', () => {
  it('of a tenant with very many subscriptions take no more than the time that is given, and those of another have their turn in it', async () => {
    const followed = new Followed();
    followed.add('many', 5000, 1);
    followed.add('few', 3, 1);
    const start = followed.time.now();
    await followed.followers().serve(['many', 'few'], 2000);
    expect(seconds(followed, start)).toBeLessThan(2.5);
    expect(followed.served('few', 1)).toBe(3);
    expect(followed.served('many', 1)).toBeGreaterThan(50);
  });

  it('of one tenant hold up the projection of another tenant\'s event no longer than that, batch after batch', async () => {
    const followed = new Followed();
    followed.add('many', 20_000, 3);
    const followers = followed.followers();
    const projectedAt: number[] = [];
    // What the projector does with the batches of a shard, one after the other: all of them were there at the beginning.
    const start = followed.time.now();
    for (let batch = 1; batch <= 3; batch += 1) {
      const later = await bringIn({
        feed: { record: async () => {} }, tell: () => {}, delay: () => {},
        project: async ({ tenant }) => { if (tenant === 'few') projectedAt.push(seconds(followed, start)); },
      }, [event('many', batch), event('few', batch)]);
      expect(later).toEqual([]);
      await followers.serve(['many', 'few'], 2000);
    }
    expect(projectedAt).toHaveLength(3);
    for (const [index, at] of projectedAt.entries()) expect(at).toBeLessThan(index * 2.5 + 0.1);
  });

  it('of many tenants with too many subscriptions have their turns one after the other, and all get theirs in the end', async () => {
    const followed = new Followed();
    const tenants = Array.from({ length: 30 }, (_, index) => `t${String(index).padStart(2, '0')}`);
    for (const tenant of tenants) followed.add(tenant, 100, 1);
    const followers = followed.followers();
    await followers.serve(tenants, 2000);
    const first = tenants.filter((tenant) => followed.served(tenant, 1) > 0).length;
    expect(first).toBeGreaterThan(3);
    for (let call = 0; call < 30; call += 1) await followers.serve([], 2000);
    expect(tenants.map((tenant) => followed.served(tenant, 1))).toEqual(tenants.map(() => 100));
  });

  it('that were left are served in the next call from where that was, each once', async () => {
    const followed = new Followed();
    followed.add('many', 1000, 1);
    const followers = followed.followers();
    const counts: number[] = [];
    for (let call = 0; call < 20; call += 1) {
      await followers.serve(['many'], 1000);
      counts.push(followed.served('many', 1));
    }
    expect(counts.slice(0, 5)).toEqual(counts.slice(0, 5).toSorted((one, other) => one - other));
    expect(counts.at(-1)).toBe(1000);
  });

  it('that are far behind get a page in their turn, so that those behind them have theirs', async () => {
    const followed = new Followed();
    followed.add('acme', 40, 1000);
    const followers = followed.followers();
    await followers.serve(['acme'], 60_000);
    expect([...followed.sent.values()].filter((versions) => versions.length >= 100)).toHaveLength(40);
    for (let call = 0; call < 10; call += 1) await followers.serve([], 60_000);
    expect(followed.served('acme', 1000)).toBe(40);
    for (const versions of followed.sent.values()) expect(versions).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
  });

  it('at the same place share one reading of the feed', async () => {
    const followed = new Followed();
    followed.add('acme', 40, 1);
    await followed.followers().serve(['acme'], 60_000);
    expect(followed.reads).toHaveLength(1);
    expect(followed.served('acme', 1)).toBe(40);
  });

  it('ask for nothing more when the time is over', async () => {
    const followed = new Followed();
    followed.add('acme', 3, 1);
    await followed.followers().serve(['acme'], 0);
    expect([followed.reads, followed.sent.size]).toEqual([[], 0]);
  });

  it('of whom one cannot be reached are told, and the others served', async () => {
    const followed = new Followed();
    followed.add('acme', 5, 1);
    followed.add('globex', 1, 1);
    followed.fails = (connection) => connection === 'acme-00002';
    const failures = await followed.followers().serve(['acme', 'globex'], 2000);
    expect(failures).toEqual([{ tenant: 'acme', error: new Error('acme-00002 does not answer') }]);
    expect([followed.served('acme', 1), followed.served('globex', 1)]).toEqual([4, 1]);
  });
});
