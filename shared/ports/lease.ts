import type { SideReference } from '#domain/deployment/plan';

/** What a lease is on: an application on a target. */
export type LeaseKey = { readonly target: string; readonly application: string };

/** A lease as it stands: who holds it, the highest generation given out, and what serves there as stable. */
export type Lease = LeaseKey & {
  readonly holder: string | null;
  readonly generation: number;
  readonly stable: SideReference | null;
  /** The deployment that made `stable` stable. */
  readonly stableBy: string | null;
};

/** Two generations are given out at once: the deployment's and its rollback's. */
export const GENERATIONS_PER_TAKE = 2;

/**
 * The exclusive right to change an application on a target. Time never frees a lease. Strongly consistent.
 */
export interface Leases {
  /**
   * Takes all of them in one transaction or none. A lease that the same deployment holds already stays as it is (idempotent).
   * Taking one raises its generation by 2: the deployment's commands carry the first of the two, its rollback's the second.
   * Answers the leases in the order of `keys` (their `generation` is the first of the two), or who holds those that are not free, each once.
   */
  take(tenant: string, deployment: string, keys: readonly LeaseKey[]): Promise<{ readonly taken: readonly Lease[] } | { readonly heldBy: readonly string[] }>;
  /**
   * Frees all leases of a deployment; where `stable` names a target, what serves there from now on. Freeing again changes nothing.
   */
  free(tenant: string, deployment: string, stable: { readonly [target: string]: SideReference | null }): Promise<void>;
  /** The leases that a deployment holds. */
  heldBy(tenant: string, deployment: string): Promise<readonly Lease[]>;
  /** The leases of a target, or of one application there, held or free, in no promised order. */
  read(tenant: string, target: string, application?: string): Promise<readonly Lease[]>;
  /** All held leases of a tenant. */
  listHeld(tenant: string): Promise<readonly Lease[]>;
  /** Queues a request that waits for leases, under its deployment's id; again replaces. */
  enqueue(tenant: string, entry: QueueEntry): Promise<void>;
  /** Takes a request out of the queue; one that is not in it is no error. */
  dequeue(tenant: string, deployment: string): Promise<void>;
  /** All requests that wait, in no promised order: who goes first is the caller's rule. */
  queued(tenant: string): Promise<readonly QueueEntry[]>;
}

/** One request that waits for leases. */
export type QueueEntry = { readonly deployment: string; readonly application: string; readonly environment: string; readonly targets: readonly string[]; readonly priority: number; readonly at: string };
