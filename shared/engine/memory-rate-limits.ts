import { filled, secondsToTokens } from '#engine/token-bucket';
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

  async take(name: string, limit: RateLimit, tokens = 1): Promise<number> {
    const bucket = this.#filled(name, limit);
    const seconds = secondsToTokens(bucket, limit, tokens);
    if (seconds === 0) this.#keep(name, { ...bucket, tokens: bucket.tokens - tokens });
    return seconds;
  }

  async ask(name: string, limit: RateLimit): Promise<number> {
    return secondsToTokens(this.#filled(name, limit), limit);
  }

  #filled(name: string, limit: RateLimit): TokenBucket {
    return filled(this.#buckets.get(name), limit, this.#clock.now());
  }

  #keep(name: string, bucket: TokenBucket): void {
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    const oldest = this.#buckets.size > MAXIMUM_BUCKETS ? this.#buckets.keys().next().value : undefined;
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
