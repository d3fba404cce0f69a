import { QueueTimers } from '#aws/timer';
import type { Delays } from '#aws/timer';
import { VirtualTime } from '#test/standalone/virtual-time';

import type { Fired, TimerSubject } from '../contracts/timer.ts';
import { freshTables } from './tables.ts';

/** A message under way: when it arrives, in milliseconds since 1970, and how it was sent. */
type Underway = { readonly text: string; readonly at: number; readonly by: 'queue' | 'scheduler' };

/** Delays that pass with virtual time. As the services do, they refuse what is too long for a message, and take a schedule's name once. */
export class VirtualDelays implements Delays {
  readonly time = new VirtualTime();
  readonly sent: Underway[] = [];
  #underway: Underway[] = [];
  readonly #names = new Set<string>();

  async send(text: string, delaySeconds: number): Promise<void> {
    if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > 900) throw new Error(`SQS refuses a delay of ${delaySeconds} s`);
    this.#add({ text, at: this.time.now() + delaySeconds * 1000, by: 'queue' });
  }

  async schedule(name: string, text: string, at: number): Promise<void> {
    if (!/^[0-9A-Za-z-_.]{1,64}$/.test(name)) throw new Error(`the scheduler refuses the name ${name}`);
    if (this.#names.has(name)) return;
    this.#names.add(name);
    this.#add({ text, at, by: 'scheduler' });
  }

  /** Lets time pass and gives each message to `take` when its time has come; one that `take` throws for comes again a second later. */
  async pass(seconds: number, take: (text: string) => Promise<void>): Promise<void> {
    const end = this.time.now() + seconds * 1000;
    for (;;) {
      const [next] = this.#underway.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
      if (next === undefined) break;
      this.#underway = this.#underway.filter((one) => one !== next);
      this.time.advance(Math.max(0, next.at - this.time.now()) / 1000);
      await take(next.text).catch(() => { this.#underway.push({ ...next, at: this.time.now() + 1000 }); });
    }
    this.time.advance(Math.max(0, end - this.time.now()) / 1000);
  }

  #add(underway: Underway): void {
    this.sent.push(underway);
    this.#underway.push(underway);
  }
}

/** Timers on DynamoDB whose messages are delayed virtually. */
export async function openVirtualTimers(): Promise<TimerSubject> {
  const made = await freshTables();
  const delays = new VirtualDelays();
  const timers = new QueueTimers(made.state, delays, delays.time);
  const fired: Fired[] = [];
  return {
    port: timers, fired, now: () => delays.time.now(), close: async () => made.close(),
    pass: async (seconds) => await delays.pass(seconds, async (text) => await timers.receive(text, async (payload) => { fired.push({ payload, at: delays.time.now() }); })),
  };
}
