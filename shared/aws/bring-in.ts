import { Failure } from '#contracts/errors';
import type { EventEnvelope } from '#contracts/events';

import { eachOf } from './each-of.ts';
import type { Feed } from './feed.ts';

/** What brings events in. */
export type BringInOptions = {
  readonly feed: Pick<Feed, 'record'>;
  /** Brings an event into the read models. */
  project(event: EventEnvelope): Promise<void>;
  /** Told of an event that can never be brought into the read models. */
  tell(event: EventEnvelope, error: unknown): void;
};

/**
 * Brings events into the read models, each stream's in order, and gives them their places in the feeds of their tenants. Answers those that could
 * not be projected, but may be later: they are to be given again. One that never can be is told and passed by, so that it holds up nobody; the next
 * event of its stream brings the read model up to date, or the sweep tells of it.
 */
export async function bringIn({ feed, project, tell }: BringInOptions, events: readonly EventEnvelope[]): Promise<readonly EventEnvelope[]> {
  const later: EventEnvelope[] = [];
  await eachOf([...Map.groupBy(events, ({ tenant, stream }) => `${tenant}#${stream}`).values()], async (ofStream) => {
    for (const event of ofStream) {
      try {
        await project(event);
      } catch (error) {
        if (maySucceedLater(error)) later.push(event);
        else tell(event, error);
      }
    }
  });
  await eachOf([...Map.groupBy(events, ({ tenant }) => tenant)], async ([tenant, given]) => { await feed.record(tenant, given); });
  return later;
}

/** A bug stays one however often it is tried; what the services below could not do now they may do in a moment. */
function maySucceedLater(error: unknown): boolean {
  return error instanceof Failure && error.retriable && error.code !== 'internal-error';
}
