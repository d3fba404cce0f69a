import { everyDocument } from '#application/every-document';
import { ACTIVE } from '#application/tenants/tenant-document';
import { closeInvalidKeys } from '#aws/invalid-keys';

import { contextOf, opened } from './engine.ts';
import { followers } from './followers.ts';

/** A sixth of the sweep's minute: who has not had a turn by then is first in the next. */
const FOLLOWERS_MILLISECONDS = 10_000;

/**
 * Ends the connections of keys that are no longer valid, and sends all other subscribers what they were left behind with: a post had failed, or there was
 * more than fits into one call. Answers what went wrong.
 */
export async function serveSubscriptions(): Promise<readonly unknown[]> {
  const tenants: string[] = [];
  for await (const { key } of everyDocument(contextOf('operator'), 'tenants', ACTIVE)) tenants.push(key);
  const errors = await closeInvalidKeys(opened.ports, tenants);
  return [...errors, ...(await followers.serve(tenants, FOLLOWERS_MILLISECONDS)).map(({ error }) => error)];
}
