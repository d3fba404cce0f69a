import type { Random } from './clock.ts';

/**
 * How often a delivery or a timer is tried. The waits between 16 tries are at most 1 + 2 + 4 + 8 + 16 + 32 s and then 9 × 60 s,
 * together 603 s; with full jitter half of it on average: about 5 minutes. What takes longer to heal is found by the sweep.
 */
export const MAXIMUM_ATTEMPTS = 16;

const FIRST_DELAY_MILLISECONDS = 1000;
const LONGEST_DELAY_MILLISECONDS = 60_000;

/** Deliveries and timers that were given up are kept as long as a queue on AWS can keep a message: 14 days (API reference of SQS, `MessageRetentionPeriod`). */
export const FAILED_KEPT_MILLISECONDS = 14 * 86_400_000;

/**
 * How long to wait after the nth failure, in whole milliseconds as times are stored: anything from 0 to 1 s · 2^(n-1), at most 60 s. That
 * is exponential backoff with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), so that what failed
 * together does not come back together.
 */
export function retryDelayMilliseconds(failures: number, random: Random): number {
  return Math.round(random() * Math.min(LONGEST_DELAY_MILLISECONDS, FIRST_DELAY_MILLISECONDS * 2 ** (failures - 1)));
}
