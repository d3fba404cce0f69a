import * as z from 'zod';

import type { EventEnvelope } from '#contracts/events';

import { eachOf } from './each-of.ts';
import { isRelayed } from './event-item.ts';
import { eventsAfter } from './in-order.ts';
import { putEvents } from './put-events.ts';
import type { EventBus, Refusal } from './put-events.ts';
import { markRelayed, relayedPlace } from './relayed-mark.ts';
import type { Table } from './table.ts';

const marked = z.object({ sk: z.string(), version: z.int() });

/** What a relay stands between. */
export type RelayOptions = { readonly events: Table; readonly state: Table; readonly bus: EventBus };

/**
 * Carries events from the table to the bus, in the order of each stream, and marks how far each stream has come. An event that is missing before
 * a given one is fetched from the table and goes first. At least once: what was put and not marked is put again.
 */
export class DynamoRelay {
  readonly #options: RelayOptions;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /**
   * Relays events and answers those that the bus did not take, or of which that could not be marked; they and what follows them in their streams are to
   * be given again. What goes wrong with one tenant's keeps no other's from the bus.
   */
  async relay(events: readonly EventEnvelope[]): Promise<Refusal> {
    const held: Refusal[] = [];
    const due = (await Promise.all([...Map.groupBy(events, (event) => event.tenant)].map(async ([tenant, given]) => await this.#due(tenant, given).catch((cause: unknown) => {
      held.push({ events: given.filter(({ type }) => isRelayed(type)), cause });
      return [];
    })))).flat();
    const refusal = await putEvents(this.#options.bus, due);
    const refused = new Set(refusal.events);
    const newest = new Map(due.filter((event) => !refused.has(event)).map((event) => [`${event.tenant}#${event.stream}`, event]));
    await eachOf([...newest.values()], async (event) => { await markRelayed(this.#options.state, event).catch((cause: unknown) => { held.push({ events: [event], cause }); }); });
    return { events: [...refusal.events, ...held.flatMap((one) => one.events)], cause: refusal.cause ?? held[0]?.cause };
  }

  /** The version up to which each stream was relayed; streams without a mark are not named. */
  async marks(tenant: string, streams: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const items = await this.#options.state.getMany(streams.map((stream) => relayedPlace({ tenant, stream })));
    return new Map(items.map((item) => marked.parse(item)).map(({ sk, version }) => [sk, version]));
  }

  /** What of a tenant's events was not relayed yet, in the order of each stream, with what is missing in between. */
  async #due(tenant: string, given: readonly EventEnvelope[]): Promise<readonly EventEnvelope[]> {
    const streams = [...Map.groupBy(given, (event) => event.stream)];
    const marks = await this.marks(tenant, streams.map(([stream]) => stream));
    const due = await Promise.all(streams.map(async ([stream, ofStream]) => await eventsAfter(this.#options.events, { tenant, stream }, marks.get(stream) ?? 0, ofStream)));
    return due.flat();
  }
}
