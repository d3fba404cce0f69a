import type { Clock } from '#ports/clock';
import type { Sleeper } from '#standalone/clock';

/** Time that passes only when it is told to: a clock and a sleeper of the same time, so that nothing really waits. */
export class VirtualTime implements Clock, Sleeper {
  #now: number;
  readonly #sleeping = new Set<{ readonly at: number; readonly wake: () => void }>();

  constructor(start = '2026-11-21T12:00:00.000Z') {
    this.#now = Date.parse(start);
  }

  now(): number {
    return this.#now;
  }

  /** An instant from now, as ISO 8601 UTC. */
  in(seconds: number): string {
    return new Date(this.#now + seconds * 1000).toISOString();
  }

  /** Lets time pass and wakes whoever slept until then. */
  advance(seconds: number): void {
    this.#now += seconds * 1000;
    for (const sleeper of this.#sleeping) {
      if (sleeper.at <= this.#now) sleeper.wake();
    }
  }

  sleep(milliseconds: number): Promise<void> {
    return this.sleepUntil(this.#now + milliseconds, new AbortController().signal);
  }

  sleepUntil(at: number, abort: AbortSignal): Promise<void> {
    if (at <= this.#now || abort.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { at, wake: () => {
        this.#sleeping.delete(sleeper);
        abort.removeEventListener('abort', sleeper.wake);
        resolve();
      } };
      this.#sleeping.add(sleeper);
      abort.addEventListener('abort', sleeper.wake, { once: true });
    });
  }
}
