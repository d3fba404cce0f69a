import { Failure } from '#contracts/errors';
import type { EventEnvelope } from '#contracts/events';

import { eachOf } from './each-of.ts';
import { isRelayed } from './event-item.ts';
import type { Feed } from './feed.ts';

/** What brings events in. */
export type BringInOptions = {
  readonly feed: Pick<Feed, 'record'>;
  /** Brings an event into the read models. */
  project(event: EventEnvelope): Promise<void>;
  /** Told of an event that can never be brought into the read models. */
  tell(event: EventEnvelope, error: unknown): void;
  /** Told why events of a tenant must be given again. */
  delay(tenant: string, error: unknown): void;
};

/**
 * Brings events into the read models, each stream's in order, and gives them their places in the feeds of their tenants. Answers those that could
 * not be projected but may be later, and all of a tenant whose feed did not take them: they are to be given again; what goes wrong with one tenant
 * keeps no other from its turn. An event that can never be projected is told and passed by, so that it holds up nobody; the next event of its stream
 * brings the read model up to date, or the sweep tells of it.
 */
export async function bringIn({ feed, project, tell, delay }: BringInOptions, events: readonly EventEnvelope[]): Promise<readonly EventEnvelope[]> {
  const later = new Set<EventEnvelope>();
  await eachOf([...Map.groupBy(events, ({ tenant, stream }) => `${tenant}#${stream}`).values()], async (ofStream) => {
    for (const event of ofStream) {
      try {
        await project(event);
      } catch (error) {
        if (!maySucceedLater(error)) {
          tell(event, error);
          continue;
        }
        later.add(event);
        delay(event.tenant, error);
      }
    }
  });
  await eachOf([...Map.groupBy(events, ({ tenant }) => tenant)], async ([tenant, given]) => {
    await feed.record(tenant, given).catch((error: unknown) => {
      for (const event of given) if (isRelayed(event.type)) later.add(event);
      delay(tenant, error);
    });
  });
  return events.filter((event) => later.has(event));
}

/** A bug stays one however often it is tried; what the services below could not do now they may do in a moment. */
function maySucceedLater(error: unknown): boolean {
  return error instanceof Failure && error.retriable && error.code !== 'internal-error';
}
