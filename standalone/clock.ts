import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { CHANCE_LIMIT, deploymentIdOf } from '#domain/deployment/deployment-id';
import type { Clock, Ids } from '#ports/clock';

/** Waits, so that tests can let time pass without waiting. */
export interface Sleeper {
  /** Resolves at a time (milliseconds since 1970), never earlier, or as soon as waiting is aborted. `Infinity` waits for the abort. */
  sleepUntil(at: number, abort: AbortSignal): Promise<void>;
}

/** A number in [0, 1), for jitter. */
export type Random = () => number;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => pause(milliseconds),
};

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

/** 192 bits, above the 160 that are promised; 24 bytes are 32 characters of base64url without padding. */
const SECRET_BYTES = 24;

/** Ids from the process's secure random source. Deployment ids grow within a process, also within a millisecond and when the clock steps back. */
export class SystemIds implements Ids {
  #lastTime = -1;
  #chance = 0n;

  deployment(now: number): string {
    if (now > this.#lastTime) {
      this.#lastTime = now;
      this.#chance = BigInt(`0x${randomBytes(10).toString('hex')}`);
    } else {
      this.#chance += 1n;
    }
    if (this.#chance >= CHANCE_LIMIT) {
      this.#lastTime += 1;
      this.#chance = 0n;
    }
    return deploymentIdOf(this.#lastTime, this.#chance);
  }

  trace(): string {
    return randomBytes(16).toString('hex');
  }

  secret(prefix: string): string {
    return `${prefix}${randomBytes(SECRET_BYTES).toString('base64url')}`;
  }
}
