import { setTimeout as pause } from 'node:timers/promises';

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
      while (!abort.aborted && clock.now() < at) {
        // The rejection is the abort itself, which ends the loop.
        await pause(Math.min(at - clock.now(), LONGEST_PAUSE_MILLISECONDS), undefined, { signal: abort }).catch(() => undefined);
      }
    },
  };
}
