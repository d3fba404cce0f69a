import type { EventEnvelope, NewEvent } from '#contracts/events';

/** A stored event. */
export type StoredEvent = EventEnvelope;

/** An event of a tenant's feed, and the opaque place of it there. */
export type FeedEvent = StoredEvent & { readonly cursor: string };

/** The most events of one append: a decision makes a few, and 50 × 32 kB are well within one transaction of any store. */
export const MAXIMUM_APPENDED_EVENTS = 50;

/** Which stream, of which tenant. `stream` is `kind/name`. */
export type StreamId = { readonly tenant: string; readonly stream: string };

/** What an append is about. */
export type Append = StreamId & {
  /** The version the stream must have: 0 for a new one. */
  readonly expectedVersion: number;
  /** 1 to `MAXIMUM_APPENDED_EVENTS`. */
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
   * Of several appends at the same version one wins, and the others fail.
   * @throws Failure `version-conflict` when the stream has another version; `rule-broken` for an event over 32 kB, an unknown type, or too many events.
   */
  append(append: Append): Promise<{ readonly version: number }>;
  /** Reads a stream in order, strongly consistent; an unknown stream is empty. `limit` counts from `fromVersion` (default 1) on. */
  read(stream: StreamId, range?: { readonly fromVersion?: number; readonly limit?: number }): Promise<readonly StoredEvent[]>;
  /** Reads the newest event of a stream, strongly consistent. */
  readLast(stream: StreamId): Promise<StoredEvent | undefined>;
  /**
   * Reads a tenant's feed after a cursor (`undefined`: from its begin), relayed events only; may lag behind `read`. The order is the same each
   * time; within a stream it is that of the versions, between streams it is any. It only grows at its end: no event ever comes before one that
   * was read, so who goes on after the last cursor misses nothing. A page may be shorter than `limit`, but is empty only at the end.
   * @throws Failure `malformed-request` for what is no cursor of this store.
   */
  readFeed(tenant: string, after: string | undefined, limit: number): Promise<readonly FeedEvent[]>;
  /** The cursor of the newest event in a tenant's feed, also while it is empty; reading after it gives only what comes later. May lag as `readFeed` does. */
  feedEnd(tenant: string): Promise<string>;
}
