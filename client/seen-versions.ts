/**
 * How many streams are remembered. Repetitions come right after a reconnect, of the streams in use then: more deployments than
 * this do not run at a time.
 */
const MAXIMUM_STREAMS = 10_000;

/**
 * Tells repetitions. Order is promised within a stream, so its highest version says all; the streams not heard of for longest are
 * forgotten first.
 */
export class SeenVersions {
  readonly #highest = new Map<string, number>();

  /** Whether this version is new in its stream; from now on it is not. */
  isNew(stream: string, version: number): boolean {
    const highest = this.#highest.get(stream) ?? 0;
    if (version <= highest) return false;
    this.#highest.delete(stream);
    this.#highest.set(stream, version);
    const [oldest] = this.#highest.keys();
    if (this.#highest.size > MAXIMUM_STREAMS && oldest !== undefined) this.#highest.delete(oldest);
    return true;
  }
}
