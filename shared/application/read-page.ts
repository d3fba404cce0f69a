/** What a list asks for: how many, after which place. */
export type PageQuery = { readonly limit: number; readonly cursor?: string | undefined };

/**
 * One page of a list. One item more than asked for is read, to know whether there are more; the cursor is the place of the last item
 * shown, which the outside signs on its way out and opens on its way in.
 */
export async function readPage<Item>(
  query: PageQuery,
  read: (page: { readonly limit: number; readonly after?: string }) => Promise<readonly Item[]>,
  placeOf: (item: Item) => string,
): Promise<{ readonly items: readonly Item[]; readonly more: { readonly nextCursor?: string } }> {
  const { limit, cursor } = query;
  const found = await read({ limit: limit + 1, ...(cursor === undefined ? {} : { after: cursor }) });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, more: found.length > limit && last !== undefined ? { nextCursor: placeOf(last) } : {} };
}
