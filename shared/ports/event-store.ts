import type { EventEnvelope, NewEvent } from '#contracts/events';

/** A stored event: its envelope, and the opaque place of it in its tenant's feed. */
export type StoredEvent = EventEnvelope & { readonly cursor: string };

/** Which stream, of which tenant. `stream` is `kind/name`. */
export type StreamId = { readonly tenant: string; readonly stream: string };

/** What an append is about. */
export type Append = StreamId & {
  /** The version the stream must have: 0 for a new one. */
  readonly expectedVersion: number;
  readonly events: readonly NewEvent[];
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly traceId: string;
};

/**
 * The streams of events, the only writes that matter. Order is promised within a stream; what is acknowledged is durable.
 */
export interface EventStore {
  /**
   * Appends all events or none and answers the stream's new version. Each event gets the hash over the previous one.
   * @throws Failure `version-conflict` when the stream has another version; `rule-broken` for an event over 32 kB or an unknown type.
   */
  append(append: Append): Promise<{ readonly version: number }>;
  /** Reads a stream in order, strongly consistent; an unknown stream is empty. `limit` counts from `fromVersion` (default 1) on. */
  read(stream: StreamId, range?: { readonly fromVersion?: number; readonly limit?: number }): Promise<readonly StoredEvent[]>;
  /** Reads the newest event of a stream, strongly consistent. */
  readLast(stream: StreamId): Promise<StoredEvent | undefined>;
  /** Reads a tenant's feed after a cursor (`undefined`: from its begin), in feed order, relayed events only; may lag behind `read`. */
  readFeed(tenant: string, after: string | undefined, limit: number): Promise<readonly StoredEvent[]>;
  /** The cursor of the newest event in a tenant's feed; reading after it gives only what comes later. */
  feedEnd(tenant: string): Promise<string>;
}
