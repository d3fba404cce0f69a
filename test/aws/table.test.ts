import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ABSENT } from '#aws/table';
import type { Range } from '#aws/table';

import { freshTenant } from '../contracts/subject.ts';
import { freshTables } from './tables.ts';
import type { FreshTables } from './tables.ts';

let made: FreshTables;
beforeAll(async () => { made = await freshTables(); });
afterAll(() => made.close());

const placesOf = (items: readonly unknown[]) => items.map((item) => (typeof item === 'object' && item !== null && 'sk' in item ? item.sk : undefined));

/** Keys as ours are: digits, slashes and names, some of which begin others. */
const KEYS = ['000000000008', '000000000009', '000000000009#web', '000000000010', '000000000010#web', '000000000099', '000000000100', 'a', 'a/', 'a/b', 'a/b-1', 'a/c', 'a0', 'b/a', 'resource/a', 'resource/a/b', '~'];
const key = fc.constantFrom(...KEYS);

/** What a range means, in the words of its type. */
function expected({ prefix = '', from, after, before, backwards = false, limit = KEYS.length }: Range): readonly string[] {
  const ordered = backwards ? KEYS.toSorted().toReversed() : KEYS.toSorted();
  const isAfter = (one: string) => after === undefined || (backwards ? one < after : one > after);
  return ordered.filter((one) => one.startsWith(prefix) && (from === undefined || one >= from) && (before === undefined || one < before) && isAfter(one)).slice(0, limit);
}

describe('a table', () => {
  it('reads the part of a partition that a range means', async () => {
    const pk = freshTenant();
    await made.state.putMany(KEYS.map((sk) => ({ pk, sk })));
    const range = fc.record({ prefix: fc.constantFrom('a', 'a/', 'resource/', '0000000000'), from: key, after: key, before: key, backwards: fc.boolean(), limit: fc.integer({ min: 1, max: 20 }) }, { requiredKeys: [] });
    await fc.assert(fc.asyncProperty(range, async (one) => {
      expect(placesOf(await made.state.query(pk, one))).toEqual(expected(one));
    }), { numRuns: 150, seed: 4 });
  });

  it('reads a partition of several megabytes page by page, and no more than it is asked for', async () => {
    const pk = freshTenant();
    const items = Array.from({ length: 60 }, (_, index) => ({ pk, sk: String(index).padStart(3, '0'), filler: 'x'.repeat(60_000) }));
    await made.state.putMany(items);
    expect(placesOf(await made.state.query(pk))).toEqual(items.map(({ sk }) => sk));
    expect(placesOf(await made.state.query(pk, { backwards: true, limit: 45 }))).toEqual(items.map(({ sk }) => sk).toReversed().slice(0, 45));
  });

  it('gets more than fits into one batch in the order of the places, without what is not there', async () => {
    const pk = freshTenant();
    const items = Array.from({ length: 230 }, (_, index) => ({ pk, sk: String(index) }));
    await made.state.putMany(items.filter((_item, index) => index % 10 > 0));
    const wanted = [...items.toReversed(), { pk, sk: '11' }, { pk, sk: 'none' }];
    expect(placesOf(await made.state.getMany(wanted))).toEqual(wanted.filter(({ sk }) => Number(sk) % 10 > 0).map(({ sk }) => sk));
    await made.state.removeMany([...items, ...items]);
    expect(await made.state.query(pk)).toEqual([]);
  });

  it('does all writes of a transaction, or none, and tells which', async () => {
    const pk = freshTenant();
    await made.state.put({ pk, sk: 'a' });
    expect(await made.state.transact([{ put: { pk, sk: 'b' }, when: ABSENT }, { put: { pk, sk: 'a' }, when: ABSENT }])).toBe(false);
    expect(await made.state.transact([{ put: { pk, sk: 'b' }, when: ABSENT }, { remove: { pk, sk: 'a' } }])).toBe(true);
    expect(placesOf(await made.state.query(pk))).toEqual(['b']);
  });

  it('loses none of many transactions and single writes that meet at one item', async () => {
    const place = { pk: freshTenant(), sk: 'count' };
    const change = { expression: 'ADD written :one', values: { ':one': 1 } };
    await Promise.all(Array.from({ length: 24 }, async (_, index) => {
      if (index % 2 === 0) await made.state.update(place, change);
      else await made.state.transact([{ update: place, change }, { put: { pk: place.pk, sk: `other-${index}` } }]);
    }));
    expect(await made.state.get(place)).toMatchObject({ written: 24 });
  });
});
