import type { Clock } from '#ports/clock';

/** Clocks are put right by steps of this much and more (ntpd steps from 128 ms on, systemd-timesyncd from 400 ms); what is less is within what a busy machine makes of a second. */
const LEAST_STEP_MILLISECONDS = 2000;

/** What is compared: the clock, and how long something has been running, which no one can set. */
export type WatchedClocks = { readonly clock: Pick<Clock, 'now'>; passedMilliseconds(): number };

/** Notices that a clock was set back. That it was set forward needs no notice: what is due then is done. */
export class ClockWatch {
  readonly #clocks: WatchedClocks;
  #before: { readonly now: number; readonly passed: number };

  constructor(clocks: WatchedClocks) {
    this.#clocks = clocks;
    this.#before = this.#read();
  }

  /** By how many whole milliseconds the clock was set back since the last look; 0 when it was not. */
  setBackMilliseconds(): number {
    const [before, after] = [this.#before, this.#read()];
    this.#before = after;
    const behind = (after.passed - before.passed) - (after.now - before.now);
    return behind < LEAST_STEP_MILLISECONDS ? 0 : Math.round(behind);
  }

  #read(): { readonly now: number; readonly passed: number } {
    return { now: this.#clocks.clock.now(), passed: this.#clocks.passedMilliseconds() };
  }
}
