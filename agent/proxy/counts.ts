import * as z from 'zod';

import { releaseName } from '#domain/resources/names';
import { latencyBucket, latencySketch, sketchOfCounts } from '#domain/analysis/latency-sketch';

/** What was counted in one second that is over. */
export const countedSecond = z.strictObject({
  /** Seconds since 1970-01-01T00:00:00Z. */
  second: z.int().min(0),
  releases: z.array(z.strictObject({ release: releaseName, requests: z.int().min(0), errors: z.int().min(0), latency: latencySketch })),
  /** Answers 502, 503 and 504 that the proxy made itself, and connections it had no room for. */
  failedByProxy: z.int().min(0),
});
export type CountedSecond = z.infer<typeof countedSecond>;

/** How one request ended, for the release it was given to. A latency is `null` when there was no answer. */
export type CountedRequest = { readonly release: string; readonly error: boolean; readonly latencySeconds: number | null };

type ReleaseCounts = { requests: number; errors: number; zeros: number; buckets: Map<number, number> };
type Second = { readonly second: number; readonly releases: Map<string, ReleaseCounts>; failedByProxy: number };

/** An agent that is away for five minutes loses no counts; what is older than a look and 5 s is of no use to anyone anyway. */
const KEPT_SECONDS = 300;

/** Requests, errors and latencies per second and release, kept for a bounded time. A request counts in the second in which its answer began or failed. */
export class Counts {
  readonly #now: () => number;
  #seconds: Second[] = [];

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  request({ release, error, latencySeconds }: CountedRequest): void {
    const counts = this.#countsOf(release);
    counts.requests += 1;
    if (error) counts.errors += 1;
    if (latencySeconds === null) return;
    const bucket = latencyBucket(latencySeconds);
    if (bucket === null) counts.zeros += 1;
    else counts.buckets.set(bucket, (counts.buckets.get(bucket) ?? 0) + 1);
  }

  failedByProxy(): void {
    this.#present().failedByProxy += 1;
  }

  /** The seconds after `second` that are over, oldest first, at most so many; seconds in which nothing happened are not among them. */
  after(second: number, limit: number): readonly CountedSecond[] {
    const present = Math.floor(this.#now() / 1000);
    return this.#seconds.filter((one) => one.second > second && one.second < present).slice(0, limit).map(readSecond);
  }

  /** Everything that is kept, the present second included. */
  all(): readonly CountedSecond[] {
    return this.#seconds.map(readSecond);
  }

  /** Whether something was counted in the present second, which is not over. */
  get counting(): boolean {
    return this.#seconds.some((one) => one.second >= Math.floor(this.#now() / 1000));
  }

  #countsOf(release: string): ReleaseCounts {
    const { releases } = this.#present();
    const known = releases.get(release);
    if (known !== undefined) return known;
    const fresh = { requests: 0, errors: 0, zeros: 0, buckets: new Map<number, number>() };
    releases.set(release, fresh);
    return fresh;
  }

  /** The present second. A clock that steps back goes on counting in the newest second there is, so that no second that was read changes. */
  #present(): Second {
    const second = Math.floor(this.#now() / 1000);
    const newest = this.#seconds.at(-1);
    if (newest !== undefined && newest.second >= second && newest.second - second <= KEPT_SECONDS) return newest;
    const fresh: Second = { second, releases: new Map(), failedByProxy: 0 };
    this.#seconds = [...this.#seconds.filter((one) => Math.abs(second - one.second) <= KEPT_SECONDS), fresh];
    return fresh;
  }
}

function readSecond(one: Second): CountedSecond {
  return {
    second: one.second,
    failedByProxy: one.failedByProxy,
    releases: [...one.releases].map(([release, counts]) => ({ release, requests: counts.requests, errors: counts.errors, latency: sketchOfCounts(counts.zeros, counts.buckets) })),
  };
}
