import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Failure } from '#contracts/errors';
import type { NewEvent } from '#contracts/events';
import { MAXIMUM_APPENDED_EVENTS } from '#ports/event-store';
import type { EventStore, FeedEvent, StoredEvent } from '#ports/event-store';

import { expectFailure, freshTenant } from './subject.ts';
import type { OpenSubject, Subject } from './subject.ts';

/** An event store; `settle` waits until feeds have caught up with the streams. */
export type EventStoreSubject = Subject<EventStore> & { settle(): Promise<void> };

const AT = '2026-11-21T12:00:00.000Z';
const TRACE = '0af7651916cd43dd8448eb211c80319c';

export function found(subject: string, reason = 'as it should be'): NewEvent {
  return { type: 'SweepFound', payload: { kind: 'lease', subject, repaired: true, reason } };
}

const look: NewEvent = {
  type: 'LookTaken',
  payload: { deployment: 'dep-1', step: null, run: 1, look: 1, target: 'edge', fromSecond: 1, toSecond: 2, measurements: [], verdict: 'Running', samples: 0, droppedSamples: 0, reason: 'first look' },
};

/** What every event store promises. */
export function eventStoreContract(name: string, open: OpenSubject<EventStoreSubject>): void {
  describe(`event store: ${name}`, () => {
    let subject: EventStoreSubject;
    let store: EventStore;
    beforeAll(async () => {
      subject = await open();
      store = subject.port;
    });
    afterAll(() => subject.close());

    const append = (tenant: string, stream: string, expectedVersion: number, events: readonly NewEvent[]) =>
      store.append({ tenant, stream, expectedVersion, events, at: AT, traceId: TRACE });
    const feed = async (tenant: string, after?: string, limit = 100) => {
      await subject.settle();
      return store.readFeed(tenant, after, limit);
    };
    const versionsOf = (events: readonly StoredEvent[], stream: string) => events.filter((event) => event.stream === stream).map(({ version }) => version);
    const subjects = (events: readonly StoredEvent[]) => events.map(({ payload }) => (typeof payload === 'object' && payload !== null && 'subject' in payload ? payload.subject : undefined));

    describe('streams', () => {
      it('answers the version that an append made and reads back what was appended, in order', async () => {
        const tenant = freshTenant();
        expect(await append(tenant, 'sweep/a', 0, [found('one'), found('two')])).toEqual({ version: 2 });
        expect(await append(tenant, 'sweep/a', 2, [found('three')])).toEqual({ version: 3 });
        const events = await store.read({ tenant, stream: 'sweep/a' });
        expect(events.map(({ version }) => version)).toEqual([1, 2, 3]);
        expect(events[0]).toMatchObject({ tenant, stream: 'sweep/a', version: 1, type: 'SweepFound', schemaVersion: 1, at: AT, traceId: TRACE, payload: found('one').payload });
        expect(subjects(events)).toEqual(['one', 'two', 'three']);
      });

      it('has nothing of a stream that is not known', async () => {
        const tenant = freshTenant();
        expect(await store.read({ tenant, stream: 'sweep/none' })).toEqual([]);
        expect(await store.readLast({ tenant, stream: 'sweep/none' })).toBeUndefined();
      });

      it('reads a part of a stream, and the last event alone', async () => {
        const tenant = freshTenant();
        await append(tenant, 'sweep/a', 0, ['1', '2', '3', '4', '5'].map((one) => found(one)));
        expect(subjects(await store.read({ tenant, stream: 'sweep/a' }, { fromVersion: 2, limit: 2 }))).toEqual(['2', '3']);
        expect(subjects(await store.read({ tenant, stream: 'sweep/a' }, { fromVersion: 4 }))).toEqual(['4', '5']);
        expect(subjects(await store.read({ tenant, stream: 'sweep/a' }, { limit: 1 }))).toEqual(['1']);
        expect(await store.readLast({ tenant, stream: 'sweep/a' })).toMatchObject({ version: 5 });
      });

      it('appends nothing when the stream has another version, and says which', async () => {
        const tenant = freshTenant();
        await append(tenant, 'sweep/a', 0, [found('one')]);
        const failure = await expectFailure(append(tenant, 'sweep/a', 0, [found('late')]), 'version-conflict');
        expect(failure.retriable).toBe(true);
        await expectFailure(append(tenant, 'sweep/a', 5, [found('early')]), 'version-conflict');
        await expectFailure(append(tenant, 'sweep/new', 1, [found('early')]), 'version-conflict');
        expect(await store.read({ tenant, stream: 'sweep/a' })).toHaveLength(1);
      });

      it('lets one of two appends at the same version win', async () => {
        const tenant = freshTenant();
        const racers = ['a', 'b', 'c', 'd'].map((racer) => append(tenant, 'sweep/race', 0, [found(racer), found(racer)]));
        const outcomes = await Promise.allSettled(racers);
        expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'appended' : outcome.reason instanceof Failure ? outcome.reason.code : String(outcome.reason))).sort())
        .toEqual(['appended', 'version-conflict', 'version-conflict', 'version-conflict']);
        const events = await store.read({ tenant, stream: 'sweep/race' });
        expect(events).toHaveLength(2);
        expect(new Set(subjects(events)).size).toBe(1);
      });

      it('keeps the streams of tenants apart, whatever their names', async () => {
        const [one, two] = [freshTenant(), freshTenant()];
        await append(one, 'sweep/a', 0, [found('of one')]);
        await append(two, 'sweep/a', 0, [found('of two')]);
        expect(subjects(await store.read({ tenant: one, stream: 'sweep/a' }))).toEqual(['of one']);
        expect(await store.readLast({ tenant: two, stream: 'sweep/a' })).toMatchObject({ version: 1, payload: found('of two').payload });
        expect(subjects(await feed(one))).toEqual(['of one']);
      });
    });

    describe('what may be appended', () => {
      it('refuses all events of an append when one does not fit the catalogue', async () => {
        const tenant = freshTenant();
        const unknown: NewEvent = JSON.parse('{"type":"Unheard","payload":{}}');
        const misfit: NewEvent = JSON.parse('{"type":"SweepFound","payload":{"kind":"lease"}}');
        const inherited: NewEvent = JSON.parse('{"type":"toString","payload":{}}');
        await expectFailure(append(tenant, 'sweep/a', 0, [found('good'), unknown]), 'rule-broken');
        await expectFailure(append(tenant, 'sweep/a', 0, [inherited]), 'rule-broken');
        const failure = await expectFailure(append(tenant, 'sweep/a', 0, [found('good'), misfit]), 'rule-broken');
        expect(failure.detail.errors?.map(({ field }) => field)).toContain('subject');
        expect(await store.read({ tenant, stream: 'sweep/a' })).toEqual([]);
      });

      it('takes an event of nearly 32 kB and refuses one above, counted in bytes', async () => {
        const tenant = freshTenant();
        expect(await append(tenant, 'sweep/a', 0, [found('large', 'x'.repeat(31_700))])).toEqual({ version: 1 });
        await expectFailure(append(tenant, 'sweep/a', 1, [found('larger', 'x'.repeat(32_768))]), 'rule-broken');
        await expectFailure(append(tenant, 'sweep/a', 1, [found('wider', 'é'.repeat(16_500))]), 'rule-broken');
        expect(await store.readLast({ tenant, stream: 'sweep/a' })).toMatchObject({ version: 1 });
      });

      it('takes as many events at once as it says, and refuses more', async () => {
        const tenant = freshTenant();
        const many = Array.from({ length: MAXIMUM_APPENDED_EVENTS }, (_, index) => found(String(index), 'x'.repeat(31_000)));
        expect(await append(tenant, 'sweep/a', 0, many)).toEqual({ version: many.length });
        expect(subjects(await store.read({ tenant, stream: 'sweep/a' }))).toEqual(many.map((_, index) => String(index)));
        await expectFailure(append(tenant, 'sweep/a', many.length, [...many, found('one more')]), 'rule-broken');
        expect(await store.readLast({ tenant, stream: 'sweep/a' })).toMatchObject({ version: many.length });
      });

      it('refuses a tenant or stream that could not be stored', async () => {
        const misnamed = await expectFailure(append('Not A Tenant', 'sweep/a', 0, [found('one')]), 'rule-broken');
        const overlong = await expectFailure(append(freshTenant(), `sweep/${'a'.repeat(200)}`, 0, [found('one')]), 'rule-broken');
        expect([misnamed, overlong].map(({ detail }) => detail.errors?.map(({ field }) => field))).toEqual([['tenant'], ['stream']]);
      });
    });

    describe('hashes', () => {
      it('chains each event of a stream to the one before by SHA-256 over its hash and the event\'s canonical JSON', async () => {
        const tenant = freshTenant();
        await append(tenant, 'sweep/a', 0, [found('one'), found('é "two"')]);
        await append(tenant, 'sweep/a', 2, [look]);
        let previous = '0'.repeat(64);
        for (const { hash, ...event } of await store.read({ tenant, stream: 'sweep/a' })) {
          expect(hash).toBe(createHash('sha256').update(`${previous}${sortedJson(event)}`).digest('hex'));
          previous = hash;
        }
      });
    });

    describe('the feed', () => {
      it('has the relayed events of all streams, and leaves out those that are not', async () => {
        const tenant = freshTenant();
        await append(tenant, 'sweep/a', 0, [found('1')]);
        await append(tenant, 'analysis/b', 0, [look]);
        await append(tenant, 'sweep/b', 0, [found('2')]);
        await append(tenant, 'sweep/a', 1, [found('3')]);
        const seen = await feed(tenant);
        expect(subjects(seen).toSorted()).toEqual(['1', '2', '3']);
        expect(versionsOf(seen, 'sweep/a')).toEqual([1, 2]);
        expect(seen.find(({ version, stream }) => stream === 'sweep/a' && version === 2)).toMatchObject({ tenant, type: 'SweepFound', at: AT, traceId: TRACE, payload: found('3').payload });
      });

      it('goes on after a cursor, page by page, without a gap or a repetition', async () => {
        const tenant = freshTenant();
        const all = Array.from({ length: 7 }, (_, index) => String(index));
        for (const [index, one] of all.entries()) await append(tenant, `sweep/${index % 3}`, Math.floor(index / 3), [found(one)]);
        const seen: FeedEvent[] = [];
        let page = await feed(tenant, undefined, 3);
        while (page.length > 0) {
          expect(page.length).toBeLessThanOrEqual(3);
          seen.push(...page);
          page = await feed(tenant, page.at(-1)?.cursor, 3);
        }
        expect(subjects(seen).toSorted()).toEqual(all);
        for (const stream of ['sweep/0', 'sweep/1', 'sweep/2']) expect(versionsOf(seen, stream)).toEqual(versionsOf(seen, stream).toSorted());
        expect(subjects(await feed(tenant))).toEqual(subjects(seen));
      });

      it('grows at its end only, while many append to many streams', async () => {
        const tenant = freshTenant();
        const writers = Array.from({ length: 6 }, async (_, writer) => {
          for (let version = 0; version < 4; version += 1) await append(tenant, `sweep/${writer}`, version, [found(`${writer}-${version}`)]);
        });
        const seen: FeedEvent[] = [];
        const readOn = async () => seen.push(...(await store.readFeed(tenant, seen.at(-1)?.cursor, 5)));
        for (let round = 0; round < 20; round += 1) await readOn();
        await Promise.all(writers);
        await subject.settle();
        for (let before = -1; before < seen.length; await readOn()) before = seen.length;
        expect(new Set(subjects(seen)).size).toBe(24);
        expect(seen).toHaveLength(24);
        for (let writer = 0; writer < 6; writer += 1) expect(versionsOf(seen, `sweep/${writer}`)).toEqual([1, 2, 3, 4]);
      });

      it('reads after its end only what comes later, also when it was empty', async () => {
        const tenant = freshTenant();
        const empty = await store.feedEnd(tenant);
        await append(tenant, 'sweep/a', 0, [found('before')]);
        await subject.settle();
        const end = await store.feedEnd(tenant);
        await append(tenant, 'sweep/a', 1, [found('after')]);
        expect(subjects(await feed(tenant, empty))).toEqual(['before', 'after']);
        expect(subjects(await feed(tenant, end))).toEqual(['after']);
      });

      it('shows a tenant nothing of another by that one\'s cursor', async () => {
        const [one, two] = [freshTenant(), freshTenant()];
        await append(one, 'sweep/a', 0, [found('of one')]);
        await subject.settle();
        const cursor = await store.feedEnd(one);
        await append(two, 'sweep/a', 0, [found('of two')]);
        await append(one, 'sweep/a', 1, [found('of one again')]);
        // A store may also tell that the cursor is not of this feed.
        const seen = await feed(two, cursor).catch((error: unknown) => (error instanceof Failure && error.code === 'malformed-request' ? [] : Promise.reject(error)));
        expect(seen.filter((event) => event.tenant !== two)).toEqual([]);
        expect(subjects(await feed(one, cursor))).toEqual(['of one again']);
      });

      it('refuses a cursor that it never gave', async () => {
        const tenant = freshTenant();
        for (const cursor of ['', 'nonsense', '1-zzzzzzzzzzz', '-1', '1-0000000000g ', 'a'.repeat(500)]) {
          const failure = await expectFailure(store.readFeed(tenant, cursor, 10), 'malformed-request');
          expect(failure.detail.errors?.map(({ field }) => field)).toEqual(['cursor']);
        }
      });
    });
  });
}

/** Canonical JSON written another way than the store does: the members are sorted first, then JSON is left to write itself. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member);
}
