import * as z from 'zod';

import type { Clock } from '#ports/clock';
import type { RateLimit, RateLimits } from '#ports/rate-limit';

import type { Place, Table } from './table.ts';

/** A bucket that is full again is as good as none: the table may remove it a minute later. */
const KEPT_SECONDS = 60;

/** What two clocks may differ by, and what a sum of fractions is short of, in milliseconds. */
const ROUNDING_MILLISECONDS = 0.01;

const bucketItem = z.object({ fullAt: z.number() });

/**
 * Token buckets that all functions share, each an item with the instant at which it will be full again (milliseconds since 1970). Taking a token moves
 * that instant on by the time that it takes to come: one conditional write, which many may try at once. Source: the "virtual scheduling"
 * of the generic cell rate algorithm (ITU-T I.371, annex A), which lets in just what a bucket of tokens does.
 */
export class DynamoRateLimits implements RateLimits {
  readonly #state: Table;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(state: Table, clock: Pick<Clock, 'now'>) {
    this.#state = state;
    this.#clock = clock;
  }

  /** A bucket's name is its partition, so it begins with its tenant. Costs one write where the bucket was full, else two. */
  async take(bucket: string, limit: RateLimit, tokens = 1): Promise<number> {
    const now = this.#clock.now();
    const perToken = 1000 / limit.perSecond;
    const last = lastAt(now, limit, tokens);
    if (await this.#tookFrom(placeOf(bucket), { now, step: tokens * perToken, last, expiresAt: Math.ceil((now + limit.burst * perToken) / 1000) + KEPT_SECONDS })) return 0;
    return Math.max(1, Math.ceil((await this.#fullAt(bucket, now) - last) / 1000));
  }

  async ask(bucket: string, limit: RateLimit): Promise<number> {
    const now = this.#clock.now();
    const [fullAt, last] = [await this.#fullAt(bucket, now), lastAt(now, limit, 1)];
    return fullAt <= last ? 0 : Math.max(1, Math.ceil((fullAt - last) / 1000));
  }

  async #fullAt(bucket: string, now: number): Promise<number> {
    const found = await this.#state.get(placeOf(bucket));
    return found === undefined ? now : bucketItem.parse(found).fullAt;
  }

  /** A full bucket begins anew, any other goes on from where it is: `now` is the same in both, so no other's write can slip between them. */
  async #tookFrom(place: Place, { now, step, last, expiresAt }: { readonly now: number; readonly step: number; readonly last: number; readonly expiresAt: number }): Promise<boolean> {
    const wasFull = await this.#state.update(place, {
      expression: 'SET fullAt = :next, expiresAt = :end', when: 'attribute_not_exists(fullAt) OR fullAt <= :now', values: { ':next': now + step, ':now': now, ':end': expiresAt },
    });
    if (wasFull) return true;
    return await this.#state.update(place, {
      expression: 'SET fullAt = fullAt + :step, expiresAt = :end', when: 'fullAt > :now AND fullAt <= :last', values: { ':step': step, ':now': now, ':last': last, ':end': expiresAt },
    });
  }
}

/** A bucket that is full again only after this instant has not as many tokens now. */
function lastAt(now: number, limit: RateLimit, tokens: number): number {
  return now + ((limit.burst - tokens) * 1000) / limit.perSecond + ROUNDING_MILLISECONDS;
}

function placeOf(bucket: string): Place {
  return { pk: bucket, sk: '-' };
}
