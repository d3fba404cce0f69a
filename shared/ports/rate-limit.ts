/** How often something may happen: at most `burst` times at once, and `perSecond` times per second in the long run. */
export type RateLimit = { readonly burst: number; readonly perSecond: number };

/**
 * Token buckets by name. A bucket begins full with `burst` tokens and gains `perSecond`. One process or all of them may share the
 * buckets; a limit is a protection and no accounting, so a bucket may be forgotten (and be full again) at any time.
 */
export interface RateLimits {
  /**
   * Takes so many tokens at once, one where nothing is said and never more than the burst. Answers 0 when there were as many, else after how many
   * whole seconds (at least 1) there will be; then none is taken.
   */
  take(bucket: string, limit: RateLimit, tokens?: number): Promise<number>;
  /** Tells the same of one token, and takes nothing. */
  ask(bucket: string, limit: RateLimit): Promise<number>;
}
