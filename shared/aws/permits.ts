import * as z from 'zod';

import type { Permit, PermitBound, Permits } from '#ports/permits';

import { ordered } from './table.ts';
import type { Place, Table } from './table.ts';

/** The table removes a permit that nobody gave back a minute after its end: until then it counts for nothing. */
const KEPT_SECONDS = 60;

const storedPermit = z.object({ sk: z.string(), holder: z.string(), until: z.number() });

/**
 * The permits of all functions: as many numbered places as there may be permits, each an item with its holder while one has it. A place is taken by a
 * conditional write, which one of many wins; so there is no counter that could be wrong. Costs a read and a write while there are places, and a
 * read where there are none.
 */
export class DynamoPermits implements Permits {
  readonly #state: Table;
  readonly #now: () => number;

  /** `now` gives milliseconds since 1970. */
  constructor(state: Table, now: () => number) {
    this.#state = state;
    this.#now = now;
  }

  async take(permit: Permit, { most, heldSeconds }: PermitBound): Promise<boolean> {
    const now = this.#now();
    const until = now + heldSeconds * 1000;
    const out = (await this.#out(permit)).filter((one) => one.until > now);
    if (out.some(({ holder }) => holder === permit.holder)) return true;
    const taken = new Set(out.map(({ sk }) => sk));
    for (const sk of placesOf(most).filter((place) => !taken.has(place))) {
      const item = { pk: partitionOf(permit), sk, holder: permit.holder, until, expiresAt: Math.ceil(until / 1000) + KEPT_SECONDS };
      // A write whose answer was lost is tried again by the client, and then meets itself.
      const isFree = { expression: 'attribute_not_exists(pk) OR #until <= :now OR holder = :holder', names: { '#until': 'until' }, values: { ':now': now, ':holder': permit.holder } };
      if (await this.#state.put(item, isFree)) return true;
    }
    return false;
  }

  async giveBack(permit: Permit): Promise<void> {
    for (const { sk } of (await this.#out(permit)).filter(({ holder }) => holder === permit.holder)) {
      await this.#state.remove({ pk: partitionOf(permit), sk }, { expression: 'holder = :holder', values: { ':holder': permit.holder } });
    }
  }

  async #out(permit: Permit): Promise<readonly z.infer<typeof storedPermit>[]> {
    return (await this.#state.query(partitionOf(permit))).map((item) => storedPermit.parse(item));
  }
}

function partitionOf({ tenant, kind }: Permit): Place['pk'] {
  return `${tenant}#permit#${kind}`;
}

function placesOf(most: number): readonly string[] {
  return Array.from({ length: most }, (_, index) => ordered(index));
}
