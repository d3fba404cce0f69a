/** How far a stream is: the version and hash of one of its events, which stands for all before it, because each hash covers the one before. */
export type Head = { readonly stream: string; readonly version: number; readonly hash: string };

/**
 * A sealed record of how far a tenant's streams are. It names only the streams that have moved since the one before, so that making one costs as much as what happened; all of a
 * tenant's checkpoints together name every stream. They are numbered from 1 without a gap, and each carries the seal of the one before.
 */
export type Checkpoint = {
  readonly number: number;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** The seal of the one before; for the first 64 zeros. */
  readonly previousSeal: string;
  readonly heads: readonly Head[];
  /** HMAC-SHA256 over all of the above and the tenant, under a key that is derived from the tenant's data key, as 64 hexadecimal digits. */
  readonly seal: string;
};

/** A checkpoint and whose it is. */
export type TenantCheckpoint = { readonly tenant: string; readonly checkpoint: Checkpoint };

/** A head and whose it is. */
export type TenantHead = Head & { readonly tenant: string };
