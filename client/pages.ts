import type { Operation, OperationOutput } from '#contracts/http/routes';
import type { CallOptions, CallRequest } from '#client/request';
import { SluiceError } from '#client/sluice-error';

/** The operations that answer page by page. */
export type ListOperation = { [Name in Operation]: OperationOutput<Name> extends { items: unknown[]; nextCursor?: string | undefined } ? ('nextCursor' extends keyof OperationOutput<Name> ? Name : never) : never }[Operation];

/** One item of a list. */
export type ListItem<Name extends ListOperation> = OperationOutput<Name>['items'][number];

type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor?: string | undefined };

/** Reads one page; `cursor` is `undefined` for the first. */
export type ReadPage<Item> = (cursor: string | undefined) => Promise<Page<Item>>;

/** Gives a request the cursor of the page to read. */
export function atCursor<Name extends ListOperation>(request: CallRequest<Name>, cursor: string | undefined): CallRequest<Name> {
  if (cursor === undefined) return request;
  const query = 'query' in request && typeof request.query === 'object' ? request.query : {};
  return { ...request, query: { ...query, cursor } };
}

/**
 * Goes through all items of a list, reading a page when the one before is used up.
 * @throws SluiceError `unexpected-answer` when a server names the same next page again, which would never end.
 */
export async function* itemsOf<Item>(read: ReadPage<Item>): AsyncGenerator<Item, void, undefined> {
  let cursor: string | undefined;
  do {
    const page: Page<Item> = await read(cursor);
    yield* page.items;
    if (page.nextCursor !== undefined && page.nextCursor === cursor) throw SluiceError.of('unexpected-answer', 'the server names the page it has just sent as the next one');
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

/** Options that make sense for each page of a list. */
export type PageOptions = Omit<CallOptions, 'idempotencyKey' | 'ifMatchVersion'>;
