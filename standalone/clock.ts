import type { Clock } from '#ports/clock';

/** Waits, so that tests can let time pass without waiting. */
export interface Sleeper {
  /** Resolves at a time (milliseconds since 1970), never earlier, or as soon as waiting is aborted. `Infinity` waits for the abort. */
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
      while (!abort.aborted && clock.now() < at) await pause(Math.min(at - clock.now(), LONGEST_PAUSE_MILLISECONDS), abort);
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
