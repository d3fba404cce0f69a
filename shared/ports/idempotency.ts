/** An answer as it was first given. */
export type StoredAnswer = { readonly status: number; readonly headers: { readonly [name: string]: string }; readonly body: string };

/** Remembers the answers to requests with an `Idempotency-Key`, for 24 h per tenant, key and route. */
export interface Idempotency {
  /**
   * Begins a request. `new`: go on, and call `finish` or `forget`; `firstBegunAt` (ISO 8601 UTC) is when this very request was begun first,
   * which is earlier than now where it was lost or has failed before, so that what it makes can have the name that it had then.
   * `done`: the stored answer. `in-flight`: another one runs. `mismatch`: the key was used with another request (`fingerprint` differs).
   * An in-flight record older than 60 s counts as lost, and so does one whose process has ended.
   */
  begin(record: { readonly tenant: string; readonly key: string; readonly fingerprint: string; readonly at: string }): Promise<{ readonly state: 'new'; readonly firstBegunAt: string } | { readonly state: 'in-flight' | 'mismatch' } | { readonly state: 'done'; readonly answer: StoredAnswer }>;
  finish(tenant: string, key: string, answer: StoredAnswer): Promise<void>;
  /** Forgets a begun request that failed and may be repeated. */
  forget(tenant: string, key: string): Promise<void>;
  /** Removes what is older than 24 h; answers how many. */
  expire(now: string): Promise<number>;
}
