import type { BusConsumer } from '#contracts/bus-rules';
import { busRules } from '#contracts/bus-rules';
import { eventEnvelope } from '#contracts/events';
import type { EventEnvelope } from '#contracts/events';
import type { Clock } from '#ports/clock';

import { deliveriesOf } from './bus.ts';
import type { Random, Sleeper } from './clock.ts';
import type { Database } from './database.ts';
import { DueWork } from './due-work.ts';
import type { DueSource, Trouble } from './due-work.ts';
import { projectAll } from './projection.ts';
import { MAXIMUM_ATTEMPTS } from './retries.ts';
import { Signal } from './signal.ts';
import type { DeliveryRow } from './transactions/deliveries.ts';

/** What the relay is made of. The signals are those of the ports: `appended` by the event store, `delivered` by the bus. */
export type RelayOptions = {
  readonly database: Database;
  readonly appended: Signal;
  readonly delivered: Signal;
  readonly clock: Clock;
  readonly sleeper: Sleeper;
  readonly random: Random;
  /** Brings an event into the read models; called in the order of each stream, at least once. */
  project(event: EventEnvelope): Promise<void>;
  /** Gives an event to a consumer; called at least once, in no order. */
  consume(consumer: BusConsumer, event: EventEnvelope): Promise<void>;
  readonly onTrouble: Trouble;
};

/** How far the relay is: events that have not passed it, deliveries that are not done (waiting or running), and those that were given up. */
export type RelayCounts = { readonly unrelayedEvents: number; readonly deliveries: number; readonly failedDeliveries: number };

/** The events of one round: 200 × 32 kB ≈ 6 MB of memory at the most. */
const EVENTS_PER_ROUND = 200;

/** Deliveries at a time: consumers wait for the database or an adapter most of the time, so this is many more than processors, and 32 × 32 kB are 1 MB. */
const CONCURRENT_DELIVERIES = 32;

/** Consumers end within seconds (an adapter's verb within 10 s, and a step has a few of them), so what takes two minutes hangs. */
const DELIVERY_TIMEOUT_SECONDS = 120;

/** After the database could not be used, the next round waits this long. */
const TROUBLE_PAUSE_MILLISECONDS = 1000;

/**
 * Carries appended events on: first into the read models, then to the bus as one stored delivery for each matching rule. The deliveries
 * and how far it has come are one transaction, so each event is delivered to each of its consumers, whenever the process stops.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #stopping = new AbortController();
  readonly #deliveries: DueWork<DeliveryRow>;
  readonly #rested = new Signal();
  /** While it rests: the version of `appended` that it has seen. */
  #restedAt: number | undefined;
  #loop: Promise<void> | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
    const { clock, sleeper, random, onTrouble } = options;
    this.#deliveries = new DueWork({
      name: 'deliveries', source: deliverySource(options), wake: options.delivered, clock, sleeper, random,
      concurrency: CONCURRENT_DELIVERIES, maximumAttempts: MAXIMUM_ATTEMPTS, attemptTimeoutSeconds: DELIVERY_TIMEOUT_SECONDS, onTrouble,
    });
  }

  start(): void {
    this.#loop ??= this.#run();
    this.#deliveries.start();
  }

  /** Takes no more events and begins no more deliveries; waits for those that run, at most 10 s. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#loop, this.#deliveries.stop()]);
    this.#rested.notify();
  }

  async counts(): Promise<RelayCounts> {
    return this.#options.database.run('countDeliveries', null);
  }

  /** Resolves when all events have passed and no delivery runs or is due: nothing more happens by itself, but retries when their time comes. */
  async idle(): Promise<void> {
    while (!this.isIdle) {
      for (let seen = this.#rested.version; !this.#hasPassedAll; seen = this.#rested.version) await this.#rested.changed(seen);
      await this.#deliveries.idle();
    }
  }

  get isIdle(): boolean {
    return this.#hasPassedAll && this.#deliveries.isIdle;
  }

  get #hasPassedAll(): boolean {
    return this.#loop === undefined || this.#stopping.signal.aborted || this.#restedAt === this.#options.appended.version;
  }

  async #run(): Promise<void> {
    const { appended } = this.#options;
    while (!this.#stopping.signal.aborted) {
      const seen = appended.version;
      const passed = await this.#passRound();
      if (passed === 0) {
        this.#restedAt = seen;
        this.#rested.notify();
        await appended.changed(seen, this.#stopping.signal);
        this.#restedAt = undefined;
      }
    }
  }

  /** Passes on the next events and answers how many; after trouble it pauses and answers that there may be more. */
  async #passRound(): Promise<number> {
    const { database, delivered, clock, sleeper, onTrouble } = this.#options;
    try {
      const { position, events } = await database.run('readUnrelayed', { limit: EVENTS_PER_ROUND });
      const last = events.at(-1);
      if (last === undefined) return 0;
      const envelopes = events.map(({ position: _position, relayed: _relayed, payload, ...envelope }) => ({ ...envelope, payload: JSON.parse(payload) }));
      const failed = await projectAll(envelopes, { ...this.#options, stopping: this.#stopping.signal });
      if (this.#stopping.signal.aborted) return 0;
      const deliveries = envelopes.flatMap((event, index) => (events[index]?.relayed === true ? deliveriesOf(event) : []));
      await database.run('advanceRelay', { from: position, to: last.position, now: clock.now(), deliveries, failed });
      if (deliveries.length > 0) delivered.notify();
      return events.length;
    } catch (error) {
      onTrouble('relaying events', error);
      await sleeper.sleepUntil(clock.now() + TROUBLE_PAUSE_MILLISECONDS, this.#stopping.signal);
      return 1;
    }
  }
}

function deliverySource({ database, consume }: RelayOptions): DueSource<DeliveryRow> {
  return {
    due: (query) => database.run('dueDeliveries', query),
    nextDueAt: (after) => database.run('nextDelivery', { after }),
    async perform(delivery) {
      await consume(consumerNamed(delivery.consumer), eventEnvelope.parse(JSON.parse(delivery.event)));
    },
    succeeded: ({ id }) => database.run('removeDelivery', { id }),
    failed: ({ id }, { attempts, reason, now, retryAt }) =>
      retryAt === undefined ? database.run('abandonDelivery', { id, attempts, reason, now }) : database.run('postponeDelivery', { id, attempts, reason, dueAt: retryAt }),
  };
}

/** A delivery may be older than this program: its consumer may be gone, which is a failure of the delivery. */
function consumerNamed(name: string): BusConsumer {
  const rule = busRules.find((one) => one.consumer === name);
  if (rule === undefined) throw new Error(`no consumer is named ${name}`);
  return rule.consumer;
}
