import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { NewEvent } from '#contracts/events';
import { tenantRate } from '#contracts/rates';
import type { EventStore, FeedEvent } from '#ports/event-store';
import { Feeds, PAGE_EVENTS, PAGES_AT_ONCE } from '#standalone/server/feeds';
import { Signal } from '#standalone/signal';

import { makeKey, OTHER_TENANT, Served, TENANT } from './served.ts';
import { StreamClient } from './stream-client.ts';

const event: NewEvent = { type: 'DeploymentQueued', payload: { behind: [], reason: 'behind another' } };

let served: Served;
beforeEach(async () => { served = await Served.open(); });
afterEach(async () => await served.close());

const append = async (times: number, tenant = TENANT) => {
  for (let time = 0; time < times; time += 1) await served.append('deployment/dep-1', event, tenant);
};
const nextTurns = async () => { for (let turn = 0; turn < 50; turn += 1) await new Promise<void>((resolve) => { setImmediate(resolve); }); };

/** Lets the event loop turn until it is so; the test's own time-out bounds it. */
const until = async (isSo: () => boolean) => { while (!isSo()) await nextTurns(); };

/** Counts what is read of a tenant's feed, and how many reads there are. */
function watched(events: EventStore) {
  const reads: string[] = [];
  const store: EventStore = {
    append: async (one) => await events.append(one), read: async (stream, range) => await events.read(stream, range), readLast: async (stream) => await events.readLast(stream), feedEnd: async (tenant) => await events.feedEnd(tenant),
    readFeed: async (tenant, after, limit) => {
      reads.push(`${tenant} ${limit}`);
      return await events.readFeed(tenant, after, limit);
    },
  };
  return { store, reads };
}

/** Readings that keep their page until they are let go. */
function held() {
  const pages: (readonly FeedEvent[])[] = [];
  const go: (() => void)[] = [];
  let most = 0;
  let open = 0;
  const reading = (cursor: string, isWanted = () => true) => ({ cursor, isWanted, give: async (events: readonly FeedEvent[]) => {
    pages.push(events);
    open += 1;
    most = Math.max(most, open);
    await new Promise<void>((resolve) => { go.push(resolve); });
    open -= 1;
  } });
  return { pages, reading, letGo: () => go.shift()?.(), letAllGo: () => { for (const one of go.splice(0)) one(); }, most: () => most };
}

describe('the feed of a tenant', () => {
  it('has a bounded number of short pages at once, however many places it is read from, and another tenant\'s is read meanwhile', async () => {
    await append(40);
    await append(1, OTHER_TENANT);
    const { store, reads } = watched(served.ports.events);
    const feeds = new Feeds(store, new Signal());
    const cursors = (await served.ports.events.readFeed(TENANT, undefined, 100)).map(({ cursor }) => cursor);
    const { pages, reading, letGo, most } = held();
    let done = 0;
    const isDone = () => done === cursors.length;
    const read = async (cursor: string) => {
      await feeds.of(TENANT).read(reading(cursor));
      done += 1;
    };
    const all = Promise.all(cursors.map(read));
    await nextTurns();
    expect(reads).toEqual(Array.from({ length: PAGES_AT_ONCE }, () => `${TENANT} ${PAGE_EVENTS}`));
    const others: number[] = [];
    const [first] = await served.ports.events.readFeed(OTHER_TENANT, undefined, 1);
    await feeds.of(OTHER_TENANT).read({ cursor: first?.cursor ?? '', isWanted: () => true, give: async (events) => void others.push(events.length) });
    expect(others).toEqual([0]);
    await until(() => {
      letGo();
      return isDone();
    });
    await all;
    expect([pages.length, most()]).toEqual([cursors.length, PAGES_AT_ONCE]);
  });

  it('is read once for all who stand at the same place, also while they wait for their turn, and anew after an append', async () => {
    await append(PAGES_AT_ONCE + 2);
    const { store, reads } = watched(served.ports.events);
    const appended = new Signal();
    const feed = new Feeds(store, appended).of(TENANT);
    const cursors = (await served.ports.events.readFeed(TENANT, undefined, 100)).map(({ cursor }) => cursor);
    const { pages, reading, letAllGo } = held();
    const last = cursors.at(-1) ?? '';
    const others = cursors.slice(0, PAGES_AT_ONCE).map(async (cursor) => await feed.read(reading(cursor)));
    const same = Array.from({ length: 500 }, async () => await feed.read(reading(last)));
    await until(() => pages.length === PAGES_AT_ONCE);
    await append(1);
    appended.notify(TENANT);
    letAllGo();
    await Promise.all(others);
    await until(() => pages.length === PAGES_AT_ONCE + 500);
    expect([reads.length, pages.slice(PAGES_AT_ONCE).map((page) => page.length)]).toEqual([PAGES_AT_ONCE + 1, Array.from({ length: 500 }, () => 1)]);
    await append(1);
    appended.notify(TENANT);
    const later = feed.read(reading(last));
    await until(() => pages.length === PAGES_AT_ONCE + 501);
    expect([reads.length, pages.at(-1)?.length]).toEqual([PAGES_AT_ONCE + 2, 2]);
    letAllGo();
    await Promise.all([...same, later]);
  });

  it('is not read for who does not want it any more when its turn comes', async () => {
    const { store, reads } = watched(served.ports.events);
    const feed = new Feeds(store, new Signal()).of(TENANT);
    const { pages, reading } = held();
    await append(1);
    const end = await served.ports.events.feedEnd(TENANT);
    for (let one = 0; one < 3 * PAGES_AT_ONCE; one += 1) await feed.read(reading(end, () => false));
    expect([reads, pages]).toEqual([[], []]);
  });
});

describe('a tenant\'s slow readers', () => {
  it('that replay from many places and read nothing hold up neither another reader of the tenant nor another tenant', { timeout: 60_000 }, async () => {
    await served.close();
    served = await Served.open({ stream: { outbox: { holdBytes: 0, closeBytes: 1_048_576, slowSeconds: 60 } } });
    const start = await StreamClient.open(served, { key: served.keys.viewer });
    const cursors = [await start.subscribe('live', { kind: 'tenant' })];
    const lively = await StreamClient.open(served, { key: await makeKey(served.ports, { tenant: OTHER_TENANT, role: 'viewer' }) });
    await lively.subscribe('live', { kind: 'tenant' });
    // From 40 places on 40 events of 20 kB are 16 MB, which is more than the system's own buffers take for a connection (6 MB on Linux).
    const checks = Array.from({ length: 20 }, () => ({ check: 'x', outcome: 'passed' as const, reason: 'x'.repeat(960) }));
    const big: NewEvent = { type: 'ValidationFinished', payload: { phase: 'before', checks, passed: true, reason: '' } };
    for (let time = 0; time < 40; time += 1) {
      await served.append('deployment/dep-1', big);
      const message = await start.next();
      if (message.type === 'event') cursors.push(message.cursor);
    }
    const reads = vi.spyOn(served.ports.events, 'readFeed');
    const slow = await Promise.all([0, 1].map(async () => await StreamClient.open(served, { key: served.keys.viewer })));
    for (const client of slow) {
      client.socket.pause();
      for (const [index, cursor] of cursors.entries()) client.send({ type: 'subscribe', id: `s${index}`, topic: { kind: 'tenant' }, cursor });
    }
    // They stand still when several answers later nothing more was read for them.
    for (let before = -1, rounds = 0; rounds < 5; rounds = before === reads.mock.calls.length ? rounds + 1 : 0) {
      before = reads.mock.calls.length;
      for (let asked = 0; asked < 5; asked += 1) await (await served.request('GET', '/metrics')).text();
    }
    expect(reads.mock.calls.length).toBeGreaterThan(PAGES_AT_ONCE);
    await append(1);
    await append(1, OTHER_TENANT);
    expect([await start.events(1), await lively.events(1)]).toEqual([['deployment/dep-1@41'], ['deployment/dep-1@1']]);
    for (const client of slow) client.socket.terminate();
  });
});

describe('a tenant', () => {
  it('whose connections send more than it may is told so by the message\'s id, keeps them, and opens none; others do', async () => {
    const clients: StreamClient[] = [];
    for (let index = 0; index < 5; index += 1) clients.push(await StreamClient.open(served, { key: served.keys.viewer }));
    let left = tenantRate.burst - clients.length;
    for (const client of clients) {
      const mine = Math.min(left, 190);
      for (let index = 0; index < mine; index += 1) client.send({ type: 'ping' });
      for (let index = 0; index < mine; index += 1) expect((await client.next()).type).toBe('pong');
      left -= mine;
    }
    const last = clients.at(-1);
    expect(await last?.subscribe('s', { kind: 'tenant' })).toBe('rate-limited');
    await expect(StreamClient.open(served, { key: served.keys.viewer })).rejects.toThrow('429');
    const other = await StreamClient.open(served, { key: await makeKey(served.ports, { tenant: OTHER_TENANT, role: 'viewer' }) });
    expect(await other.subscribe('s', { kind: 'tenant' })).not.toBe('rate-limited');
    served.time.advance(1);
    expect(await last?.subscribe('s', { kind: 'tenant' })).not.toBe('rate-limited');
  });
});
