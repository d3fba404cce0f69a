/**
 * How many tenants look at their deployments at once. A deployment takes some 16 calls of 8 ms, one of which asks Step Functions about its execution: two tenants ask 16 times a second, for half a minute.
 * Its service quota for that is 10 to 15 a second, more for a while after a rest: 500 looks in 31 s need 190 saved up at the least of it, of some 250 that its bucket should have. Ten at once would be throttled.
 */
export const TENANTS_LOOKING = 2;

/** Asks for room to look at so many deployments. Looks, when its turn has come, at as many as are granted; not at all where none are left. */
export type AskForRoom = (wanted: number, look: (granted: number) => Promise<void>) => Promise<void>;

/** The room of one sweep for looking at deployments, which all tenants share: a number of them, and a time in which to begin. */
export class LookRoom {
  #left: number;
  #free = TENANTS_LOOKING;
  /** Whether the time in which to begin is not over. */
  readonly isInTime: () => boolean;
  readonly #waiting: (() => void)[] = [];

  /** `most` is how many deployments there is room for. */
  constructor(most: number, isInTime: () => boolean) {
    this.#left = most;
    this.isInTime = isInTime;
  }

  /** How many more may be looked at. */
  get left(): number {
    return this.#left;
  }

  readonly ask: AskForRoom = async (wanted, look) => {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => { this.#waiting.push(resolve); });
    try {
      const granted = this.isInTime() ? Math.min(wanted, this.#left) : 0;
      this.#left -= granted;
      if (granted > 0) await look(granted);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  };
}
