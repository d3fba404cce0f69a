import type { SluiceError } from '#client/sluice-error';

/**
 * The waits between attempts are random between 0 and 0.5 s, 1 s, 2 s, 4 s … up to 10 s ("full jitter"), so that callers that failed
 * together do not come back together. Five attempts wait 0.5 + 1 + 2 + 4 = 7.5 s at the most, half of that on average: long enough for
 * a restart of the server. Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (2015).
 */
const FIRST_CEILING_SECONDS = 0.5;
const LARGEST_CEILING_SECONDS = 10;

/** A longer `Retry-After` is the caller's to wait for: five attempts wait 4 × 60 s = 4 minutes at the most. */
const LONGEST_RETRY_AFTER_SECONDS = 60;

/** Up to this much is added to what `Retry-After` says, so that callers told the same do not come back at the same instant. */
const RETRY_AFTER_SPREAD_SECONDS = 0.5;

/** A random wait before attempt number `attempt` + 1 (the first is 1), with full jitter. */
export function jitterSeconds(attempt: number, random: () => number, largestSeconds = LARGEST_CEILING_SECONDS): number {
  return random() * Math.min(largestSeconds, FIRST_CEILING_SECONDS * 2 ** (Math.min(attempt, 30) - 1));
}

/**
 * How long to wait before the call is repeated, or `null` when it is not to be. A refusal for the rate (429) was not begun and may be
 * repeated whatever it was; all else only when repeating does nothing twice.
 */
export function retryDelaySeconds(error: SluiceError, given: { readonly attempt: number; readonly repeatable: boolean; readonly random: () => number }): number | null {
  if (!error.retriable || !(given.repeatable || error.status === 429)) return null;
  if (error.retryAfterSeconds === null) return jitterSeconds(given.attempt, given.random);
  if (error.retryAfterSeconds > LONGEST_RETRY_AFTER_SECONDS) return null;
  return error.retryAfterSeconds + given.random() * RETRY_AFTER_SPREAD_SECONDS;
}

/** Reads `Retry-After`: whole seconds or a date. Source: RFC 9110 §10.2.3. */
export function retryAfterSeconds(header: string | null, nowMilliseconds: number): number | null {
  if (header === null || header.trim() === '') return null;
  if (/^\d+$/.test(header.trim())) return Number(header.trim());
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, (date - nowMilliseconds) / 1000);
}
