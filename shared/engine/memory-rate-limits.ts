import { filled, secondsToToken } from '#engine/token-bucket';
import type { TokenBucket } from '#engine/token-bucket';
import type { Clock } from '#ports/clock';
import type { RateLimit, RateLimits } from '#ports/rate-limit';

/** 20 000 buckets × about 150 bytes is 3 MB. Past that the bucket that was used least lately is forgotten, and with it only a few requests. */
const MAXIMUM_BUCKETS = 20_000;

/** Token buckets in this process's memory. */
export class MemoryRateLimits implements RateLimits {
  readonly #clock: Clock;
  /** In the order of their last use: a Map keeps the order of insertion. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async take(name: string, limit: RateLimit, mode: 'take' | 'ask' = 'take'): Promise<number> {
    const bucket = filled(this.#buckets.get(name), limit, this.#clock.now());
    const seconds = secondsToToken(bucket, limit);
    if (seconds === 0 && mode === 'take') this.#keep(name, { ...bucket, tokens: bucket.tokens - 1 });
    return seconds;
  }

  #keep(name: string, bucket: TokenBucket): void {
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    const oldest = this.#buckets.size > MAXIMUM_BUCKETS ? this.#buckets.keys().next().value : undefined;
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
