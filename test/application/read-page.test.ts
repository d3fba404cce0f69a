import { describe, expect, it } from 'vitest';

import { readPage } from '#application/read-page';

/** Numbers from 1 on as a list; `asked` notes how many each reading asked for. */
function numbersTo(end: number, most = Number.POSITIVE_INFINITY) {
  const asked: number[] = [];
  const read = async ({ limit, after = '0' }: { readonly limit: number; readonly after?: string }) => {
    asked.push(limit);
    const from = Number(after);
    return Array.from({ length: Math.max(0, Math.min(limit, most, end - from)) }, (_, index) => from + index + 1);
  };
  return { asked, source: { read, placeOf: String } };
}

describe('a page of a list', () => {
  it('is read with one item more, which tells whether there are more', async () => {
    const { asked, source } = numbersTo(5);
    expect(await readPage({ limit: 2 }, source)).toEqual({ items: [1, 2], more: { nextCursor: '2' } });
    expect(await readPage({ limit: 2, cursor: '2' }, source)).toEqual({ items: [3, 4], more: { nextCursor: '4' } });
    expect(await readPage({ limit: 2, cursor: '4' }, source)).toEqual({ items: [5], more: {} });
    expect(await readPage({ limit: 5 }, source)).toEqual({ items: [1, 2, 3, 4, 5], more: {} });
    expect(asked).toEqual([3, 3, 3, 6]);
  });

  it('is filled with what a second filter keeps, and its cursor goes on after the last item shown', async () => {
    const { source } = numbersTo(1000);
    const everyHundredth = { ...source, keep: (one: number) => one % 100 === 0 };
    expect(await readPage({ limit: 3 }, everyHundredth)).toEqual({ items: [100, 200, 300], more: { nextCursor: '300' } });
    expect(await readPage({ limit: 3, cursor: '300' }, everyHundredth)).toEqual({ items: [400, 500, 600], more: { nextCursor: '600' } });
    expect(await readPage({ limit: 10 }, everyHundredth)).toEqual({ items: [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000], more: {} });
  });

  it('looks at 2000 items and no more, and then goes on after them', async () => {
    const { asked, source } = numbersTo(5000);
    const two = { ...source, keep: (one: number) => one === 7 || one === 4321 };
    expect(await readPage({ limit: 5 }, two)).toEqual({ items: [7], more: { nextCursor: '2000' } });
    expect(asked).toEqual(Array.from({ length: 10 }, () => 200));
    expect(await readPage({ limit: 5, cursor: '2000' }, two)).toEqual({ items: [], more: { nextCursor: '4000' } });
    expect(await readPage({ limit: 5, cursor: '4000' }, two)).toEqual({ items: [4321], more: {} });
  });

  it('is filled from readings that give less than they were asked for, until one is empty', async () => {
    const { source } = numbersTo(5, 2);
    expect(await readPage({ limit: 4 }, { ...source, maybeShort: true })).toEqual({ items: [1, 2, 3, 4], more: { nextCursor: '4' } });
    expect(await readPage({ limit: 5 }, { ...source, maybeShort: true })).toEqual({ items: [1, 2, 3, 4, 5], more: {} });
  });
});
