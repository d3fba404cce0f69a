import { performance } from 'node:perf_hooks';

import type { Counts } from '#agent/proxy/counts';
import { limits } from '#agent/proxy/limits';

/** The exchanges that are under way: which of their answers have begun, and since when. */
export class OpenExchanges {
  readonly #streaming = new Set<Exchange>();

  add(exchange: Exchange): void {
    this.#streaming.add(exchange);
  }

  remove(exchange: Exchange): void {
    this.#streaming.delete(exchange);
  }

  /** Counts the answers that have lasted long enough to be streams. To be called every second. */
  countLong(): void {
    const now = performance.now();
    for (const exchange of this.#streaming) if (exchange.answeredBefore(now - limits.streamingSeconds * 1000)) exchange.settle(false);
  }
}

/** The bookkeeping of one request: when it came, when its answer began, and how it is counted, exactly once. */
export class Exchange {
  readonly #release: string;
  readonly #counts: Counts;
  readonly #open: OpenExchanges;
  readonly #cameAt = performance.now();
  #answeredAt: number | null = null;
  #settled = false;

  constructor(release: string, counts: Counts, open: OpenExchanges) {
    this.#release = release;
    this.#counts = counts;
    this.#open = open;
  }

  /** The head of the answer has come. */
  answered(): void {
    this.#answeredAt ??= performance.now();
    this.#open.add(this);
  }

  answeredBefore(time: number): boolean {
    return this.#answeredAt !== null && this.#answeredAt <= time;
  }

  /** Counts the request: an error is an answer of 5xx, one that broke off, or none at all. */
  settle(error: boolean): void {
    this.#open.remove(this);
    if (this.#settled) return;
    this.#settled = true;
    this.#counts.request({ release: this.#release, error, latencySeconds: this.#answeredAt === null ? null : (this.#answeredAt - this.#cameAt) / 1000 });
  }

  /** The client left. Once its answer has begun that is no fault of the release; before, it depends on how long the client had waited. */
  abandoned(): void {
    this.settle(this.#answeredAt === null && (performance.now() - this.#cameAt) / 1000 >= limits.patienceSeconds);
  }
}
