import type { ProcessIdentity } from '#agent/processes/identity';

/** How often the memory of an instance with a limit is looked at: between two looks it may use more. */
const LOOK_MILLISECONDS = 1000;

const MEBIBYTE = 1_048_576;

/** What a limit asks of the machine. */
export type MemoryHost = {
  /** What a process and its group use, in bytes; `undefined` when there is no such process any more. */
  memoryBytes(process: ProcessIdentity): Promise<number | undefined>;
  /** Tells the agent's operator what went wrong within the agent itself. */
  tell(problem: string): void;
};

/**
 * Holds an instance to its memory by looking at what it uses. The systems that an agent runs on give its user no better means: limits of
 * address space (`RLIMIT_AS`) end programs that reserve much and use little, as Node.js does, and control groups belong to root.
 */
export class MemoryLimit {
  readonly #limitMebibytes: number | undefined;
  readonly #host: MemoryHost;
  #nextLookAt = 0;
  #looking = false;
  #troubled = false;
  #excess: { readonly process: ProcessIdentity; readonly words: string } | undefined;

  constructor(limitMebibytes: number | undefined, host: MemoryHost) {
    this.#limitMebibytes = limitMebibytes;
    this.#host = host;
  }

  /** Why this process is to be ended, in words; `undefined` while nothing is against it. Never waits: what a look finds is told by a later call. */
  excessOf(process: ProcessIdentity, now: number): string | undefined {
    if (this.#limitMebibytes === undefined) return undefined;
    if (this.#excess?.process === process) return this.#excess.words;
    if (!this.#looking && now >= this.#nextLookAt) {
      this.#nextLookAt = now + LOOK_MILLISECONDS;
      void this.#look(process, this.#limitMebibytes);
    }
    return undefined;
  }

  async #look(process: ProcessIdentity, limitMebibytes: number): Promise<void> {
    this.#looking = true;
    try {
      const bytes = await this.#host.memoryBytes(process);
      if (bytes !== undefined && bytes > limitMebibytes * MEBIBYTE) this.#excess = { process, words: `used ${Math.ceil(bytes / MEBIBYTE)} MiB of memory, more than its limit of ${limitMebibytes} MiB (resources.memoryMebibytes)` };
      this.#troubled = false;
    } catch (error) {
      if (!this.#troubled) this.#host.tell(`memory cannot be looked at, so limits do not hold: ${error instanceof Error ? error.message : String(error)}`);
      this.#troubled = true;
    } finally {
      this.#looking = false;
    }
  }
}
