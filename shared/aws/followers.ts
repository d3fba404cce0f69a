import { eachOf } from './each-of.ts';
import { SUBSCRIPTIONS_AT_ONCE, pagesOf, pumpPage } from './pump.ts';
import type { PumpOptions } from './pump.ts';

/** How many subscriptions are read at a time: 100 × some 300 bytes. */
const SUBSCRIPTIONS = 100;

/** How many tenants are served at once, and how long a turn of one is: in 2 s sixteen tenants have a turn, however many others ask for more. */
const TENANTS_AT_ONCE = 4;
const TURN_MILLISECONDS = 500;

/** How many tenants wait for a turn in this process at the most; with more all are forgotten, and the sweep asks for them anew. */
const MAXIMUM_WAITING = 10_000;

/** What went wrong with a tenant's subscriptions. */
export type NotServed = { readonly tenant: string; readonly error: unknown };

/**
 * Serves who follows the feeds of tenants, within a time that is given. Tenants take turns, and within a tenant its subscriptions do, a page each; who
 * had no turn, or wants more, is first in the next call. So neither a tenant with many subscriptions nor one that is far behind holds up
 * another, or the caller.
 */
export class Followers {
  readonly #options: PumpOptions;
  /** Tenants that wait, in the order of their turns. */
  readonly #waiting = new Set<string>();
  /** The place among a tenant's subscriptions after which its next turn goes on. */
  readonly #places = new Map<string, string>();

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  /** Serves these tenants, after those that wait from before, for so long. Answers what went wrong; what was left waits for the next call. */
  async serve(tenants: Iterable<string>, milliseconds: number): Promise<readonly NotServed[]> {
    const { clock } = this.#options;
    const until = clock.now() + milliseconds;
    for (const tenant of tenants) this.#waiting.add(tenant);
    const failures: NotServed[] = [];
    const worker = async () => {
      while (clock.now() < until) {
        const [tenant] = this.#waiting;
        if (tenant === undefined) return;
        this.#waiting.delete(tenant);
        const isDone = await this.#turn(tenant, Math.min(until, clock.now() + TURN_MILLISECONDS), failures);
        if (!isDone) this.#waiting.add(tenant);
      }
    };
    await Promise.all(Array.from({ length: TENANTS_AT_ONCE }, worker));
    if (this.#waiting.size > MAXIMUM_WAITING) this.#waiting.clear();
    if (this.#places.size > MAXIMUM_WAITING) this.#places.clear();
    return failures;
  }

  /** Goes on through a tenant's subscriptions to their end, or to that of the time. Answers whether each has all that there is for it. */
  async #turn(tenant: string, until: number, failures: NotServed[]): Promise<boolean> {
    const { connections, clock } = this.#options;
    const readPage = pagesOf(this.#options, tenant);
    const from = this.#places.get(tenant);
    let [place, isBehind] = [from, from !== undefined];
    const note = (next: string | undefined) => {
      place = next;
      if (next === undefined) this.#places.delete(tenant);
      else this.#places.set(tenant, next);
    };
    try {
      while (clock.now() < until) {
        const { found, next } = await connections.subscriptionsAfter(tenant, place, SUBSCRIPTIONS);
        let isLeft = false;
        await eachOf(found, async ({ place: own, subscription }) => {
          isLeft ||= clock.now() >= until;
          if (isLeft) return;
          note(own);
          const rest = await pumpPage(this.#options, subscription, until, readPage).catch((error: unknown) => { failures.push({ tenant, error }); });
          if (rest !== undefined) isBehind = true;
        }, SUBSCRIPTIONS_AT_ONCE);
        if (isLeft) return false;
        note(next);
        if (next === undefined) return !isBehind;
      }
    } catch (error) {
      failures.push({ tenant, error });
      return true;
    }
    return false;
  }
}
