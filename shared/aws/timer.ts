import { createHash, randomBytes } from 'node:crypto';

import * as z from 'zod';

import { timerPayload } from '#contracts/timers';
import type { TimerPayload } from '#contracts/timers';
import type { Clock } from '#ports/clock';
import type { Timers } from '#ports/timer';

import type { Place, Table } from './table.ts';

/** The longest delay of a message. Source: Amazon SQS's quotas. */
const LONGEST_DELAY_SECONDS = 900;

/** Up to an hour a message is sent on four times at the most; what is later is the scheduler's, whose minute of inaccuracy does not matter then. */
const LONGEST_CHAIN_SECONDS = 3600;

/** A timer whose message was lost is set again by the sweep; what nobody misses is removed two weeks after its time. */
const KEPT_SECONDS = 14 * 86_400;

/** Calls back at an instant, or as soon after as it can; at least once. */
export interface Delays {
  /** Brings the message after a delay of 0 to 900 s. */
  send(message: string, delaySeconds: number): Promise<void>;
  /** Brings the message at an instant (milliseconds since 1970) to the same place. The same name again changes nothing. */
  schedule(name: string, message: string, at: number): Promise<void>;
}

const message = z.strictObject({ tenant: z.string(), id: z.string(), set: z.string() });
const stored = z.object({ at: z.number(), set: z.string(), payload: z.string().transform((text) => timerPayload.parse(JSON.parse(text))) });

/**
 * Timers as items, called by delayed messages. A message names the setting that it belongs to, so one of a timer that was moved or cancelled
 * finds nothing. One that comes before the time is sent on.
 */
export class QueueTimers implements Timers {
  readonly #state: Table;
  readonly #delays: Delays;
  readonly #clock: Clock;

  constructor(state: Table, delays: Delays, clock: Clock) {
    this.#state = state;
    this.#delays = delays;
    this.#clock = clock;
  }

  async set({ id, at, payload }: { readonly id: string; readonly at: string; readonly payload: TimerPayload }): Promise<void> {
    const set = randomBytes(12).toString('hex');
    const { tenant } = payload;
    await this.#state.put({ ...placeOf(tenant, id), at: Date.parse(at), set, payload: JSON.stringify(payload), expiresAt: Math.ceil(Date.parse(at) / 1000) + KEPT_SECONDS });
    await this.#callAt({ tenant, id, set }, Date.parse(at));
  }

  async cancel(tenant: string, id: string): Promise<void> {
    await this.#state.remove(placeOf(tenant, id));
  }

  /**
   * Takes a message that came: fires its timer if its time has come, sends it on if not, and does nothing if it was moved or cancelled. The timer is
   * forgotten after it fired, so that one whose handler failed fires again.
   */
  async receive(text: string, fire: (payload: TimerPayload) => Promise<void>): Promise<void> {
    const called = message.parse(JSON.parse(text));
    const place = placeOf(called.tenant, called.id);
    const found = await this.#state.get(place);
    if (found === undefined) return;
    const { at, set, payload } = stored.parse(found);
    if (set !== called.set) return;
    if (at > this.#clock.now()) {
      await this.#callAt(called, at);
      return;
    }
    await fire(payload);
    await this.#state.remove(place, { expression: '#set = :set', names: { '#set': 'set' }, values: { ':set': set } });
  }

  async #callAt(about: z.infer<typeof message>, at: number): Promise<void> {
    const text = JSON.stringify(about);
    const seconds = Math.max(0, Math.ceil((at - this.#clock.now()) / 1000));
    if (seconds <= LONGEST_CHAIN_SECONDS) await this.#delays.send(text, Math.min(seconds, LONGEST_DELAY_SECONDS));
    else await this.#delays.schedule(scheduleName(about), text, at);
  }
}

/** At most 64 characters, of those that a schedule's name may have. */
function scheduleName(about: z.infer<typeof message>): string {
  return createHash('sha256').update(JSON.stringify(about)).digest('hex').slice(0, 40);
}

function placeOf(tenant: string, id: string): Place {
  return { pk: `${tenant}#timer`, sk: id };
}
