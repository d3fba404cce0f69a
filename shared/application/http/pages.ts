import type { Cursors, CursorScope } from '#application/http/cursor';
import { malformed } from '#application/http/read-input';
import type { Input } from '#application/http/read-input';

type ListScope = Pick<CursorScope, 'tenant' | 'operation'>;

/**
 * Gives a use case the place of a list in clear: what it answered as `nextCursor` comes back to it as `query.cursor`, checked to belong
 * to the same tenant, operation and filter.
 * @throws Failure `malformed-request` for a cursor that was altered or made elsewhere
 */
export function openCursor(cursors: Cursors, scope: ListScope, input: Input): Input {
  const { cursor } = input.query;
  if (typeof cursor !== 'string') return input;
  const position = cursors.open({ ...scope, filter: filterOf(input) }, cursor);
  if (position === undefined) throw malformed([{ field: 'query.cursor', rule: 'must be the nextCursor of this list with the same filter', value: cursor.slice(0, 100) }]);
  return { ...input, query: { ...input.query, cursor: position } };
}

/** Signs the `nextCursor` of a page; any other body stays as it is. */
export function signNextCursor(cursors: Cursors, scope: ListScope, page: { readonly input: Input; readonly body: unknown }): unknown {
  const { body } = page;
  if (typeof body !== 'object' || body === null || !('nextCursor' in body) || typeof body.nextCursor !== 'string') return body;
  return { ...body, nextCursor: cursors.sign({ ...scope, filter: filterOf(page.input) }, body.nextCursor) };
}

/** What selects a list's items: all of its input but where to begin and how many. */
function filterOf(input: Input): { readonly [name: string]: unknown } {
  const { cursor: _cursor, limit: _limit, ...query } = input.query;
  return { ...input.params, ...query };
}
