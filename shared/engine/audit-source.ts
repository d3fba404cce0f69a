import type { EventEnvelope } from '#contracts/events';
import type { TenantCheckpoint } from '#ports/checkpoints';

/** What an audit found, and where. Without a tenant it is about the store as a whole, without a version about a stream as a whole. */
export type AuditFinding = {
  readonly kind: 'changed' | 'removed' | 'reordered' | 'rewritten' | 'added' | 'checkpoint' | 'late';
  readonly tenant?: string;
  readonly stream?: string;
  readonly version?: number;
  readonly reason: string;
};

/** An event as the store has it: what it says, or where it says nothing that can be read, the stream that it should be in. */
export type AuditedEvent =
  | { readonly envelope: EventEnvelope; readonly position?: number; readonly trouble?: string }
  | { readonly place: string; readonly trouble: string };

/** A checkpoint as the store has it. */
export type AuditedCheckpoint = TenantCheckpoint | { readonly tenant: string; readonly trouble: string };

/** How far a stream must go, as something beside the events says; `hash` is that of the event at this version, where it is known. */
export type StreamEnd = { readonly tenant: string; readonly stream: string; readonly version: number; readonly hash?: string; readonly by: string; readonly isExact: boolean };

/** What an audit reads. Checkpoints and ends are read before the events, so that what is appended meanwhile is nothing that is missing. */
export interface AuditSource {
  /** Each tenant's in the order of their numbers. */
  checkpoints(): AsyncIterable<AuditedCheckpoint>;
  ends(): AsyncIterable<StreamEnd>;
  /** All events; those of a stream in order, or nearly. */
  events(): AsyncIterable<AuditedEvent>;
  /** What the store says of itself that no stream tells; asked last. */
  rest(): AsyncIterable<AuditFinding>;
  /** A tenant's data key, `undefined` where the master key was not given: seals are not compared then. */
  dataKeyOf(tenant: string): Promise<Uint8Array | undefined>;
}

/** The newest checkpoint of a tenant, by which a later audit tells whether it still has what this one has seen. */
export type Anchor = { readonly number: number; readonly seal: string };
