import type { Clock } from '#ports/clock';
import type { Permit, PermitBound, Permits } from '#ports/permits';

/**
 * Permits in this process's memory: what has one ends with the process. A tenant is in it while it has permits out, so there are at most as many
 * entries as requests that run.
 */
export class MemoryPermits implements Permits {
  readonly #clock: Pick<Clock, 'now'>;
  /** By tenant and kind: until when each holder has one, in milliseconds since 1970. */
  readonly #out = new Map<string, ReadonlyMap<string, number>>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  async take(permit: Permit, { most, heldSeconds }: PermitBound): Promise<boolean> {
    const now = this.#clock.now();
    const others = [...(this.#out.get(poolOf(permit)) ?? [])].filter(([holder, until]) => holder !== permit.holder && until > now);
    if (others.length >= most) return false;
    this.#out.set(poolOf(permit), new Map([...others, [permit.holder, now + heldSeconds * 1000]]));
    return true;
  }

  async giveBack(permit: Permit): Promise<void> {
    const left = [...(this.#out.get(poolOf(permit)) ?? [])].filter(([holder]) => holder !== permit.holder);
    if (left.length === 0) this.#out.delete(poolOf(permit));
    else this.#out.set(poolOf(permit), new Map(left));
  }
}

/** No tenant's name has a slash. */
function poolOf({ tenant, kind }: Permit): string {
  return `${tenant}/${kind}`;
}
