import { createHash } from 'node:crypto';

import { checkEvent } from '#contracts/check-event';
import type { EventEnvelope, NewEvent } from '#contracts/events';
import type { Ids } from '#ports/clock';

/** What events of no stream get from where they are published. `at` is ISO 8601 UTC. */
export type Publication = { readonly tenant: string; readonly at: string; readonly traceId: string };

/**
 * The envelopes of events that belong to no stream: each is the first of a stream `bus/…` of its own, which is stored nowhere but by which
 * consumers tell a repetition. Its hash is over itself alone.
 * @throws Failure `rule-broken` when one does not fit the catalogue.
 */
export function busEvents(events: readonly NewEvent[], { tenant, at, traceId }: Publication, ids: Ids): readonly EventEnvelope[] {
  return events.map((event) => {
    const { envelope, canonical } = checkEvent(event, { tenant, stream: `bus/${ids.trace()}`, version: 1, at, traceId });
    return { ...envelope, hash: createHash('sha256').update(canonical).digest('hex') };
  });
}
