/** An answer as it was first given. */
export type StoredAnswer = { readonly status: number; readonly headers: { readonly [name: string]: string }; readonly body: string };

/** How long an answer is remembered: 24 h. */
export const ANSWER_KEPT_SECONDS = 86_400;

/** A request that has not ended after this long was lost with the process that ran it: none runs half as long. */
export const REQUEST_LOST_SECONDS = 60;

/** Remembers the answers to requests with an `Idempotency-Key`, for 24 h per tenant and key (which names the route). Strongly consistent. Times are ISO 8601 UTC. */
export interface Idempotency {
  /**
   * Begins a request. `new`: go on, and call `finish` or `forget`; `firstBegunAt` (ISO 8601 UTC) is when this very request was begun first,
   * which is earlier than now where it was lost or has failed before, so that what it makes can have the name that it had then.
   * `done`: the stored answer. `in-flight`: another one runs. `mismatch`: the key was used with another request (`fingerprint` differs).
   * An in-flight record older than 60 s counts as lost, and so does one whose process is known to have ended. Of many at once one is `new`.
   */
  begin(record: { readonly tenant: string; readonly key: string; readonly fingerprint: string; readonly at: string }): Promise<{ readonly state: 'new'; readonly firstBegunAt: string } | { readonly state: 'in-flight' | 'mismatch' } | { readonly state: 'done'; readonly answer: StoredAnswer }>;
  /** Stores the answer of a begun request; the first answer stays, and where nothing was begun nothing is stored. */
  finish(tenant: string, key: string, answer: StoredAnswer): Promise<void>;
  /** Forgets a begun request that failed and may be repeated at once; when it was first begun stays known. An answer is not forgotten. */
  forget(tenant: string, key: string): Promise<void>;
  /** Removes what is older than 24 h, of all tenants, and answers how many. A store that removes by itself may do nothing and answer 0. */
  expire(now: string): Promise<number>;
}
