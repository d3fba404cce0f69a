/** Something that happens at a time, unless it is called off. */
type Coming = { readonly at: number; readonly order: number; readonly work: () => void | Promise<void>; isCalledOff: boolean };

/** Calls off what was to come. */
export type CallOff = () => void;

/**
 * Time that goes from one thing that happens to the next, and in which nothing else passes. It is the true time of the simulated world:
 * clocks may go wrong, this does not. Things of one moment happen in the order in which they were set.
 */
export class SimulatedTime {
  #now: number;
  #order = 0;
  readonly #heap: Coming[] = [];

  constructor(startMilliseconds: number) {
    this.#now = startMilliseconds;
  }

  /** Milliseconds since 1970. */
  get now(): number {
    return this.#now;
  }

  /** When the next thing happens; `undefined` when nothing is to come. */
  get nextAt(): number | undefined {
    return this.#heap[0]?.at;
  }

  /** Lets something happen after so many milliseconds, in whole ones and never earlier. A promise that it gives is waited for before anything else happens. */
  after(milliseconds: number, work: () => void | Promise<void>): CallOff {
    this.#order += 1;
    const coming: Coming = { at: this.#now + Math.max(0, Math.ceil(milliseconds)), order: this.#order, work, isCalledOff: false };
    this.#push(coming);
    return () => {
      coming.isCalledOff = true;
    };
  }

  /** Waits; never rejects. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(milliseconds, resolve);
    });
  }

  /** Lets the next thing happen; whether there was one. */
  async step(): Promise<boolean> {
    const next = this.#pop();
    if (next === undefined) return false;
    this.#now = Math.max(this.#now, next.at);
    if (next.isCalledOff) return true;
    await next.work();
    await allReactions();
    return true;
  }

  #push(coming: Coming): void {
    const heap = this.#heap;
    let index = heap.push(coming) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || comesBefore(parent, coming)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = coming;
  }

  #pop(): Coming | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const child = this.#earlierChild(index);
      const found = heap[child];
      if (found === undefined || comesBefore(last, found)) break;
      heap[index] = found;
      index = child;
    }
    heap[index] = last;
    return first;
  }

  #earlierChild(index: number): number {
    const left = this.#heap[2 * index + 1];
    const right = this.#heap[2 * index + 2];
    return left !== undefined && right !== undefined && comesBefore(right, left) ? 2 * index + 2 : 2 * index + 1;
  }
}

function comesBefore(one: Coming, other: Coming): boolean {
  return one.at === other.at ? one.order < other.order : one.at < other.at;
}

/** Until every promise that can go on by itself has done so: all of them do before the event loop's next turn. */
async function allReactions(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
