import { createHash } from 'node:crypto';

import { checkEvent } from '#contracts/check-event';
import type { CheckedEvent } from '#contracts/check-event';
import { Failure } from '#contracts/errors';
import type { EventEnvelope } from '#contracts/events';
import { MAXIMUM_APPENDED_EVENTS } from '#ports/event-store';
import type { Append } from '#ports/event-store';

/** What stands for the hash before a stream's first event. */
export const FIRST_PREVIOUS_HASH = '0'.repeat(64);

/**
 * Checks all events of an append, each at the version that it is to have.
 * @throws Failure `rule-broken` as the port says.
 */
export function checkAppend(append: Append): readonly CheckedEvent[] {
  const { tenant, stream, expectedVersion, at, traceId, events } = append;
  if (events.length > MAXIMUM_APPENDED_EVENTS) {
    throw new Failure('rule-broken', { detail: `An append has ${events.length} events, more than ${MAXIMUM_APPENDED_EVENTS}.`, context: { events: events.length, maximumEvents: MAXIMUM_APPENDED_EVENTS } });
  }
  return events.map((event, index) => checkEvent(event, { tenant, stream, version: expectedVersion + index + 1, at, traceId }));
}

/** The hash of an event: SHA-256 over the hash of the one before, as text, and the canonical JSON of its envelope without the hash. */
export function hashOf(previousHash: string, canonical: string): string {
  return createHash('sha256').update(previousHash).update(canonical).digest('hex');
}

/** Gives each event the hash over the one before; `previousHash` is that of the stream's newest event, for a new stream `FIRST_PREVIOUS_HASH`. */
export function chained(events: readonly CheckedEvent[], previousHash: string): readonly EventEnvelope[] {
  let hash = previousHash;
  return events.map(({ envelope, canonical }) => {
    hash = hashOf(hash, canonical);
    return { ...envelope, hash };
  });
}

/** The failure of an append to a stream that has another version than it must have. */
export function versionConflict({ stream, expectedVersion }: Pick<Append, 'stream' | 'expectedVersion'>, version: number): Failure {
  return new Failure('version-conflict', { detail: `Stream ${stream} has version ${version}, not ${expectedVersion}.`, context: { stream, version, expectedVersion } });
}
