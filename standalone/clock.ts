import type { Clock } from '#ports/clock';

/** Waits, so that tests can let time pass without waiting. */
export interface Sleeper {
  /**
   * Resolves at a time (milliseconds since 1970), never earlier, or as soon as waiting is aborted. `Infinity` waits for the abort. When the clock is set back meanwhile, it resolves after as long as it would have
   * without that: then it is earlier by the clock.
   */
  sleepUntil(at: number, abort: AbortSignal): Promise<void>;
}

/** A number in [0, 1), for jitter. */
export type Random = () => number;

/** The process's chance; good for jitter, not for secrets. */
export const systemRandom: Random = () => Math.random();

/** A pause is cut so that a clock that was set forward, or a laptop that slept, is noticed within a minute. */
const LONGEST_PAUSE_MILLISECONDS = 60_000;

/** Waits by the event loop's timers, measured by a clock. */
export function systemSleeper(clock: Clock): Sleeper {
  return {
    async sleepUntil(at, abort) {
      let [seen, end] = [clock.now(), at];
      while (!abort.aborted && seen < end) {
        await pause(Math.min(end - seen, LONGEST_PAUSE_MILLISECONDS), abort);
        const now = clock.now();
        // Set back by hours, it would otherwise make everything wait for hours.
        if (now < seen) end -= seen - now;
        seen = now;
      }
    },
  };
}

/** Ends with the time or the abort; the pause of `node:timers/promises` would make an exception of each abort, which is the usual end here. */
function pause(milliseconds: number, abort: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      abort.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    abort.addEventListener('abort', end, { once: true });
  });
}
