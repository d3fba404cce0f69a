import type { RateLimit } from '#ports/rate-limit';

/** How full a bucket was, and when (milliseconds since 1970). */
export type TokenBucket = { readonly tokens: number; readonly at: number };

/** A clock that counts in milliseconds may leave a token short by a rounding error. */
const ROUNDING = 1e-9;

/** A bucket as it stands now: a new one is full, an old one has gained what its limit gives. A clock that steps back adds nothing. */
export function filled(bucket: TokenBucket | undefined, limit: RateLimit, now: number): TokenBucket {
  if (bucket === undefined) return { tokens: limit.burst, at: now };
  const gained = (Math.max(0, now - bucket.at) / 1000) * limit.perSecond;
  return { tokens: Math.min(limit.burst, bucket.tokens + gained), at: now };
}

/** After how many whole seconds a filled bucket has so many tokens; 0 when it has them. */
export function secondsToTokens(bucket: TokenBucket, limit: RateLimit, tokens = 1): number {
  const missing = tokens - bucket.tokens;
  return missing <= ROUNDING ? 0 : Math.max(1, Math.ceil(missing / limit.perSecond));
}
