import * as z from 'zod';

import type { EventEnvelope } from '#contracts/events';
import type { StreamId } from '#ports/event-store';

import { eachOf } from './each-of.ts';
import { eventsAfter } from './in-order.ts';
import { putEvents } from './put-events.ts';
import type { EventBus } from './put-events.ts';
import type { Place, Table } from './table.ts';

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

  /** Relays events and answers those that the bus did not take; they and what follows them in their streams are to be given again. */
  async relay(events: readonly EventEnvelope[]): Promise<readonly EventEnvelope[]> {
    const due: EventEnvelope[] = [];
    await eachOf([...Map.groupBy(events, (event) => event.tenant)], async ([tenant, given]) => {
      const marks = await this.marks(tenant, [...new Set(given.map(({ stream }) => stream))]);
      for (const [stream, ofStream] of Map.groupBy(given, (event) => event.stream)) due.push(...(await eventsAfter(this.#options.events, { tenant, stream }, marks.get(stream) ?? 0, ofStream)));
    });
    const refused = new Set(await putEvents(this.#options.bus, due));
    await eachOf([...Map.groupBy(due, ({ tenant, stream }) => `${tenant}#${stream}`).values()], async (ofStream) => {
      const last = ofStream.filter((event) => !refused.has(event)).at(-1);
      if (last !== undefined) await this.#mark(last);
    });
    return [...refused];
  }

  /** The version up to which each stream was relayed; streams without a mark are not named. */
  async marks(tenant: string, streams: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const items = await this.#options.state.getMany(streams.map((stream) => markPlace({ tenant, stream })));
    return new Map(items.map((item) => marked.parse(item)).map(({ sk, version }) => [sk, version]));
  }

  /** A mark never goes back. */
  async #mark({ tenant, stream, version }: EventEnvelope): Promise<void> {
    await this.#options.state.put({ ...markPlace({ tenant, stream }), version }, { expression: 'attribute_not_exists(pk) OR #version < :version', names: { '#version': 'version' }, values: { ':version': version } });
  }
}

function markPlace({ tenant, stream }: StreamId): Place {
  return { pk: `${tenant}#relayed`, sk: stream };
}
