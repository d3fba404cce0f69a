import * as z from 'zod';

import type { Context } from '#application/context';
import { isShown, project } from '#application/projector';
import { isPastGrace } from '#application/sweep/finding';
import type { Attempt, Repair } from '#application/sweep/finding';
import { Failure } from '#contracts/errors';
import type { FeedEvent } from '#ports/event-store';

/** How many events are read at a time, and how many pages in one sweep: 1000 events a minute; what is left comes with the next. */
export const PAGE = 200;
export const MAXIMUM_PAGES = 5;

/** What is kept of a tenant between sweeps: the place in its feed up to which the read models are known to be right. */
const progress = z.strictObject({ cursor: z.string() });
const PROGRESS_KEY = 'feed';

/**
 * Compares the read models with what is new in the feed since the last sweep, and brings in what is missing. An event that can never be
 * brought in is told once and passed by; after an error that may go away the same events are looked at again.
 */
export async function bringInReadModels(context: Context, attempt: Attempt): Promise<void> {
  const { readModels } = context.ports;
  const kept = await readModels.get(context.tenant, 'sweep', PROGRESS_KEY);
  const events = await newEvents(context, kept === undefined ? undefined : progress.parse(kept.document).cursor);
  const newest = new Map(events.map((event) => [event.stream, event]));
  let again = false;
  for (const event of newest.values()) {
    const error = await attempt({ kind: 'read-model-behind', subject: event.stream }, async () => await bringIn(context, event));
    again ||= error instanceof Failure && error.retriable;
  }
  const last = events.at(-1);
  if (last === undefined || again) return;
  // Two sweeps at once may both write; the version only grows with the time, and looking at some events again does no harm.
  await readModels.put(context.tenant, 'sweep', { key: PROGRESS_KEY, version: context.ports.clock.now(), index: {}, document: { cursor: last.cursor } satisfies z.input<typeof progress> });
}

/** The feed after a place, up to the first event that is so new that the projector may still be at it. */
async function newEvents(context: Context, from: string | undefined): Promise<readonly FeedEvent[]> {
  const events: FeedEvent[] = [];
  let after = from;
  for (let page = 0; page < MAXIMUM_PAGES; page += 1) {
    const read = await context.ports.events.readFeed(context.tenant, after, PAGE);
    const young = read.findIndex((event) => !isPastGrace(context, event.at));
    events.push(...(young < 0 ? read : read.slice(0, young)));
    after = read.at(-1)?.cursor;
    if (young >= 0 || read.length < PAGE) break;
  }
  return events;
}

async function bringIn(context: Context, event: FeedEvent): Promise<Repair | undefined> {
  if ((await isShown(context, event)) !== false) return undefined;
  await project(context, event);
  return { repaired: true, reason: `the read model did not know version ${event.version} (${event.type})` };
}
