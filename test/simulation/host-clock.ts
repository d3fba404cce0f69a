import type { Clock } from '#ports/clock';
import type { Sleeper } from '#standalone/clock';

import type { SimulatedTime } from './simulated-time.ts';

/** As the control plane's own sleeper: a pause is cut so that a clock that was set is noticed within a minute. */
const LONGEST_PAUSE_MILLISECONDS = 60_000;

/**
 * The clock of the host on which the control plane runs, which somebody may set forward or back. Pauses are measured by the true time, as
 * timers of an operating system are; what waits for a time of day looks at the clock again and again.
 */
export class HostClock implements Clock, Sleeper {
  readonly #time: SimulatedTime;
  #aheadMilliseconds = 0;

  constructor(time: SimulatedTime) {
    this.#time = time;
  }

  now(): number {
    return this.#time.now + this.#aheadMilliseconds;
  }

  /** Sets the clock forward, or back. */
  step(milliseconds: number): void {
    this.#aheadMilliseconds += milliseconds;
  }

  /** Sets the clock right. */
  correct(): void {
    this.#aheadMilliseconds = 0;
  }

  sleep(milliseconds: number): Promise<void> {
    return this.#time.sleep(milliseconds);
  }

  sleepUntil(at: number, abort: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let callOff = (): void => undefined;
      const end = (): void => {
        callOff();
        abort.removeEventListener('abort', end);
        resolve();
      };
      const look = (): void => {
        if (abort.aborted || this.now() >= at) end();
        else callOff = this.#time.after(Math.min(at - this.now(), LONGEST_PAUSE_MILLISECONDS), look);
      };
      abort.addEventListener('abort', end, { once: true });
      look();
    });
  }
}
