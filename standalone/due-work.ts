import type { Clock } from '#ports/clock';

import type { Random, Sleeper } from './clock.ts';
import { retryDelayMilliseconds } from './retries.ts';
import { Signal } from './signal.ts';

/** Something stored that is to be done at a time; `attempts` counts how often it has failed. */
export type DueItem = { readonly id: number; readonly attempts: number };

/** How an attempt failed, and when the next one is; `undefined` when this was the last. `attempts` includes this one. */
export type FailedAttempt = { readonly attempts: number; readonly reason: string; readonly now: number; readonly retryAt: number | undefined };

/** Where due work comes from, how it is done, and where it is stored how that went. */
export type DueSource<Item extends DueItem> = {
  /** Items that are due, the longest due first, without those that run already. */
  due(query: { readonly now: number; readonly limit: number; readonly except: readonly number[] }): Promise<readonly Item[]>;
  /** When the first item becomes due that is not due yet (milliseconds since 1970). */
  nextDueAt(after: number): Promise<number | undefined>;
  perform(item: Item): Promise<void>;
  /** Stores that it is done; from then on it is not due any more. A source that makes it due again later gives `wake`. */
  succeeded(item: Item): Promise<void>;
  failed(item: Item, attempt: FailedAttempt): Promise<void>;
};

/** What went wrong, for a log: what was being done, and the error. Nothing is expected of who hears it. */
export type Trouble = (doing: string, error: unknown) => void;

export type DueWorkOptions<Item extends DueItem> = {
  readonly name: string;
  readonly source: DueSource<Item>;
  /** Given when something was stored that may be due sooner than what is known. */
  readonly wake: Signal;
  readonly clock: Clock;
  readonly sleeper: Sleeper;
  readonly random: Random;
  /** How many items are done at a time. */
  readonly concurrency: number;
  readonly maximumAttempts: number;
  /** After this long an attempt counts as failed and its place is free again. Should it go on all the same, work is idempotent anyway. */
  readonly attemptTimeoutSeconds: number;
  readonly onTrouble: Trouble;
};

/** After the store could not be read or written, the next look waits this long. */
const STORE_PAUSE_MILLISECONDS = 1000;

/** How long a stop waits for what runs: as long as an adapter's verb may take, 10 s. What is not done then is done after the next start. */
const STOP_TIMEOUT_MILLISECONDS = 10_000;

/** Why a wait is given up that has become needless. Nobody reads it, but without a reason each abort would make an exception with its stack. */
const OVER = 'over';

/**
 * Does stored work when it is due: at least once, several at a time, failed ones again with backoff. An item is removed only after it
 * succeeded, so a process that dies in between does it again.
 */
export class DueWork<Item extends DueItem> {
  readonly #options: DueWorkOptions<Item>;
  readonly #stopping = new AbortController();
  readonly #running = new Map<number, Promise<void>>();
  /** Given each time that work ends or the loop comes to rest: when `idle` has to look again. */
  readonly #rested = new Signal();
  /** While it rests: the version of `wake` that it has seen, and when it looks again by itself. */
  #rest: { readonly seen: number; readonly until: number } | undefined;
  /** Whether more is due than has a place, so that each place that becomes free is to be filled at once. */
  #backlog = false;
  #loop: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: DueWorkOptions<Item>) {
    this.#options = options;
  }

  /** How many items are being done now. */
  get running(): number {
    return this.#running.size;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Begins nothing more and waits for what runs, at most 10 s. Stopping again waits for the same end. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { clock, sleeper } = this.#options;
    const deadline = clock.now() + STOP_TIMEOUT_MILLISECONDS;
    this.#stopping.abort();
    await this.#loop;
    const enough = new AbortController();
    await Promise.race([Promise.all(this.#running.values()), sleeper.sleepUntil(deadline, enough.signal)]);
    enough.abort();
    this.#rested.notify();
  }

  /** Resolves when nothing runs and nothing is due, so that nothing happens until time passes or new work comes; at once when it is not started. */
  async idle(): Promise<void> {
    for (let seen = this.#rested.version; !this.isIdle; seen = this.#rested.version) await this.#rested.changed(seen);
  }

  get isIdle(): boolean {
    if (this.#loop === undefined || this.#stopping.signal.aborted) return this.#running.size === 0;
    return this.#rest !== undefined && this.#rest.seen === this.#options.wake.version && this.#rest.until > this.#options.clock.now() && this.#running.size === 0;
  }

  async #run(): Promise<void> {
    const { wake } = this.#options;
    while (!this.#stopping.signal.aborted) {
      const seen = wake.version;
      const until = await this.#startDue();
      this.#rest = { seen, until };
      this.#rested.notify();
      await this.#waitFor(seen, until);
      this.#rest = undefined;
    }
  }

  /** Begins what is due and has a place; answers when to look again. */
  async #startDue(): Promise<number> {
    const { source, clock, concurrency, onTrouble, name } = this.#options;
    const free = concurrency - this.#running.size;
    if (free <= 0) return Number.POSITIVE_INFINITY;
    const now = clock.now();
    try {
      const items = await source.due({ now, limit: free, except: [...this.#running.keys()] });
      this.#backlog = items.length === free;
      for (const item of items) this.#running.set(item.id, this.#attempt(item));
      return this.#backlog ? Number.POSITIVE_INFINITY : ((await source.nextDueAt(now)) ?? Number.POSITIVE_INFINITY);
    } catch (error) {
      onTrouble(`looking for due ${name}`, error);
      return now + STORE_PAUSE_MILLISECONDS;
    }
  }

  async #waitFor(seen: number, until: number): Promise<void> {
    const { wake, sleeper } = this.#options;
    const over = new AbortController();
    const abort = AbortSignal.any([over.signal, this.#stopping.signal]);
    await Promise.race([wake.changed(seen, abort), sleeper.sleepUntil(until, abort)]);
    over.abort(OVER);
  }

  /** Never rejects. An item whose end could not be stored keeps its place a while, so that it is not done again at once. */
  async #attempt(item: Item): Promise<void> {
    const { clock, sleeper, wake, name, onTrouble } = this.#options;
    let succeeded = false;
    try {
      succeeded = await this.#performAndStore(item);
    } catch (error) {
      onTrouble(`storing how ${name} went`, error);
      await sleeper.sleepUntil(clock.now() + STORE_PAUSE_MILLISECONDS, this.#stopping.signal);
    }
    // The order matters: who looks because of the signal must find the place free.
    this.#running.delete(item.id);
    if (this.#backlog || !succeeded) wake.notify();
    this.#rested.notify();
  }

  /** Answers whether it succeeded; a failure is stored with the time of the next attempt. */
  async #performAndStore(item: Item): Promise<boolean> {
    const { source, clock, random, maximumAttempts, name, onTrouble } = this.#options;
    try {
      await this.#withinTime(source.perform(item));
    } catch (error) {
      onTrouble(`doing ${name}`, error);
      const attempts = item.attempts + 1;
      const now = clock.now();
      const retryAt = attempts < maximumAttempts ? now + retryDelayMilliseconds(attempts, random) : undefined;
      await source.failed(item, { attempts, reason: reasonOf(error), now, retryAt });
      return false;
    }
    await source.succeeded(item);
    return true;
  }

  async #withinTime(work: Promise<void>): Promise<void> {
    const done = new AbortController();
    try {
      await Promise.race([work, this.#tooLong(done.signal)]);
    } finally {
      done.abort(OVER);
    }
  }

  async #tooLong(done: AbortSignal): Promise<void> {
    const { clock, sleeper, attemptTimeoutSeconds } = this.#options;
    await sleeper.sleepUntil(clock.now() + attemptTimeoutSeconds * 1000, done);
    if (!done.aborted) throw new Error(`it took more than ${attemptTimeoutSeconds} s`);
  }
}

/** The longest reason that is stored, as long as an event's. */
const MAXIMUM_REASON_CHARACTERS = 2000;

/** An error in words for people; the error itself goes to the log. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, MAXIMUM_REASON_CHARACTERS);
}
