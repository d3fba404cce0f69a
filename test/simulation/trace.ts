import { createHash } from 'node:crypto';

/** How many lines are kept: of a short history all of them. */
const MOST_LINES = 20_000;

const MILLISECONDS = 1000;

/** Everything that happened, in one line each; the hash over all of it is the same whenever the same history happens again. */
export class Trace {
  readonly #hash = createHash('sha256');
  readonly #lines: string[] = [];
  readonly #elapsedMilliseconds: () => number;

  constructor(elapsedMilliseconds: () => number) {
    this.#elapsedMilliseconds = elapsedMilliseconds;
  }

  note(line: string): void {
    const timed = `${(this.#elapsedMilliseconds() / MILLISECONDS).toFixed(3)} ${line}`;
    this.#hash.update(timed);
    this.#lines.push(timed);
    if (this.#lines.length > 2 * MOST_LINES) this.#lines.splice(0, MOST_LINES);
  }

  /** The lines that are left of the last ones. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The hash over everything that was noted; to be asked for once, at the end. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}
