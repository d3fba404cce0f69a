import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { freshTenant } from '../contracts/subject.ts';
import { appended, openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';

let opened: Installation;
beforeAll(async () => { opened = await openInstallation(); });
afterAll(() => opened.close());

const STREAMS = ['sweep/a', 'sweep/b', 'sweep/c', 'sweep/d', 'sweep/e', 'sweep/f'];

/** The whole feed of a tenant, read in pages. */
async function feedOf(tenant: string): Promise<readonly { readonly stream: string; readonly version: number }[]> {
  const found: { readonly stream: string; readonly version: number }[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await opened.store.readFeed(tenant, after, 37);
    found.push(...page.map(({ stream, version }) => ({ stream, version })));
    after = page.at(-1)?.cursor;
    if (page.length === 0) return found;
  }
}

/** The versions of each stream, in the order of the feed. */
const byStream = (feed: readonly { readonly stream: string; readonly version: number }[]) => new Map([...Map.groupBy(feed, ({ stream }) => stream)].map(([stream, events]) => [stream, events.map(({ version }) => version)]));
const whole = (count: number) => new Map(STREAMS.map((stream) => [stream, Array.from({ length: count }, (_, index) => index + 1)]));

describe('the feed', () => {
  it('has each event once, each stream in its order and no gap, when many record overlapping batches at once', async () => {
    const tenant = freshTenant();
    const events = (await Promise.all(STREAMS.map(async (stream) => await appended(opened, { tenant, stream }, 12)))).flat();
    const batches = Array.from({ length: 12 }, (_, index) => events.filter((_event, place) => place % 7 === index % 7 || place % 5 === index % 5));
    await Promise.all([...batches, events].map(async (batch) => await opened.feed.record(tenant, batch)));
    expect(byStream(await feedOf(tenant))).toEqual(whole(12));
  });

  it('takes as many batches at once as Lambda may give of a new table, of one event each, whichever comes first', async () => {
    const tenant = freshTenant();
    const events = (await Promise.all(STREAMS.slice(0, 2).map(async (stream) => await appended(opened, { tenant, stream }, 20)))).flat();
    await Promise.all(events.toReversed().map(async (event) => await opened.feed.record(tenant, [event])));
    const feed = byStream(await feedOf(tenant));
    expect([...feed.values()]).toEqual([...whole(20).values()].slice(0, 2));
  });

  it('takes more than fits into one transaction, and fetches what is missing before an event', async () => {
    const tenant = freshTenant();
    for (const stream of STREAMS) for (let round = 0; round < 3; round += 1) await appended(opened, { tenant, stream }, 20);
    const newest = await Promise.all(STREAMS.map(async (stream) => await opened.store.readLast({ tenant, stream })));
    await opened.feed.record(tenant, newest.flatMap((event) => event ?? []));
    expect(byStream(await feedOf(tenant))).toEqual(whole(60));
  });

  it('goes on after each cursor without a gap while others record', async () => {
    const tenant = freshTenant();
    const seen: { readonly stream: string; readonly version: number }[] = [];
    let isDone = false;
    let after: string | undefined;
    const reading = (async () => {
      for (let last = false; !last;) {
        last = isDone;
        const page = await opened.store.readFeed(tenant, after, 10);
        seen.push(...page.map(({ stream, version }) => ({ stream, version })));
        after = page.at(-1)?.cursor ?? after;
        if (page.length > 0) last = false;
      }
    })();
    await Promise.all(STREAMS.map(async (stream) => {
      for (let version = 1; version <= 8; version += 1) await opened.feed.record(tenant, await appended(opened, { tenant, stream }, 1));
    }));
    isDone = true;
    await reading;
    expect(byStream(seen)).toEqual(whole(8));
  });
});
