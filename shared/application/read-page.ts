/** What a list asks for: how many, after which place. */
export type PageQuery = { readonly limit: number; readonly cursor?: string | undefined };

/** Where a list is read, in its order. */
export type ListSource<Item> = {
  readonly read: (page: { readonly limit: number; readonly after?: string }) => Promise<readonly Item[]>;
  /** The place of an item, after which a reading may go on. */
  readonly placeOf: (item: Item) => string;
  /** Which of the items that an index found are shown, where a second filter narrows them; all without it. */
  readonly keep?: (item: Item) => boolean;
  /** Whether a reading may give less than was asked for before the end, as that of a feed; then only an empty one is the end. */
  readonly maybeShort?: true;
};

/** One page, and the place after which the next begins, which the outside signs on its way out and opens on its way in. */
export type Page<Item> = { readonly items: readonly Item[]; readonly more: { readonly nextCursor?: string } };

/**
 * What one request may look at while it fills a page: 10 times 200 items, of at most 32 kB each, so never more than 6.4 MB at a time. What is
 * narrowed so much that 2000 items do not fill a page gives a shorter page, with the cursor after what was looked at.
 */
const ROUNDS = 10;
const ITEMS_PER_ROUND = 200;

/** One page of a list. One item more than asked for is looked for, to know whether there are more. */
export async function readPage<Item>(query: PageQuery, source: ListSource<Item>): Promise<Page<Item>> {
  const { limit } = query;
  const { placeOf, keep, maybeShort = false } = source;
  const size = keep === undefined ? limit + 1 : ITEMS_PER_ROUND;
  const items: Item[] = [];
  let after = query.cursor;
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = await source.read({ limit: size, ...(after === undefined ? {} : { after }) });
    items.push(...(keep === undefined ? found : found.filter(keep)));
    if (items.length > limit) return cut(items, limit, placeOf);
    const last = found.at(-1);
    if (last === undefined || (found.length < size && !maybeShort)) return { items, more: {} };
    after = placeOf(last);
  }
  return { items, more: after === undefined ? {} : { nextCursor: after } };
}

function cut<Item>(items: readonly Item[], limit: number, placeOf: (item: Item) => string): Page<Item> {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown, more: last === undefined ? {} : { nextCursor: placeOf(last) } };
}

/** What names begin with, where a list asks for it, in the form of the ports. */
export function beginning({ prefix }: { readonly prefix?: string | undefined }): { readonly prefix?: string } {
  return prefix === undefined ? {} : { prefix };
}
