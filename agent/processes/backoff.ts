/** The first restart comes after half a second, each further one after twice as long, at most after 30 s. */
const FIRST_SECONDS = 0.5;
const LONGEST_SECONDS = 30;

/** After so many ends in a row a component is in a crash loop: 0.5 + 1 + 2 + 4 = 7.5 s of waiting, and each start's own time. */
export const CRASH_LOOP_ENDS = 5;

/** A new instance that has never been ready is tried this often before its start has failed: 0.5 + 1 = 1.5 s of waiting. */
export const START_ATTEMPTS = 3;

/** An instance that was ready for a minute is no part of a crash loop; its next end counts as the first. */
export const STEADY_SECONDS = 60;

/** How long to wait before the restart that follows so many ends in a row. */
export function restartDelaySeconds(ends: number): number {
  return ends <= 0 ? 0 : Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (ends - 1));
}
