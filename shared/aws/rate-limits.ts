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
 * that instant on by the time that a token takes to come: one conditional write, which many may try at once. Source: the "virtual scheduling"
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
  async take(bucket: string, limit: RateLimit, mode: 'take' | 'ask' = 'take'): Promise<number> {
    const now = this.#clock.now();
    const step = 1000 / limit.perSecond;
    // Later than this the bucket is empty.
    const last = now + (limit.burst - 1) * step + ROUNDING_MILLISECONDS;
    if (mode === 'take' && (await this.#tookFrom(placeOf(bucket), { now, step, last, expiresAt: Math.ceil((now + limit.burst * step) / 1000) + KEPT_SECONDS }))) return 0;
    const found = await this.#state.get(placeOf(bucket));
    const fullAt = found === undefined ? now : bucketItem.parse(found).fullAt;
    return mode === 'ask' && fullAt <= last ? 0 : Math.max(1, Math.ceil((fullAt - last) / 1000));
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

function placeOf(bucket: string): Place {
  return { pk: bucket, sk: '-' };
}
