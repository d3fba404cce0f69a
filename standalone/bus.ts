import type { EventEnvelope, NewEvent } from '#contracts/events';
import { busEvents } from '#engine/bus-events';
import type { Bus } from '#ports/bus';
import type { Clock, Ids } from '#ports/clock';

import { consumersOf } from './bus-matching.ts';
import type { Database } from './database.ts';
import type { Signal } from './signal.ts';
import type { NewDelivery } from './transactions/deliveries.ts';

/** What the bus is made of. `delivered` is the signal that deliveries wait. */
export type BusOptions = { readonly database: Database; readonly delivered: Signal; readonly clock: Clock; readonly ids: Ids };

/**
 * The bus for events of no stream: their deliveries are stored at once, for the relay to make.
 */
export class SqliteBus implements Bus {
  readonly #options: BusOptions;

  constructor(options: BusOptions) {
    this.#options = options;
  }

  async publish(tenant: string, events: readonly NewEvent[], traceId: string): Promise<void> {
    const { database, delivered, clock, ids } = this.#options;
    const now = clock.now();
    const envelopes = busEvents(events, { tenant, at: new Date(now).toISOString(), traceId }, ids);
    const deliveries = envelopes.flatMap(deliveriesOf);
    if (deliveries.length === 0) return;
    await database.run('addDeliveries', { now, deliveries });
    delivered.notify(tenant);
  }
}

/** One delivery for each consumer whose rule matches. */
export function deliveriesOf(event: EventEnvelope): readonly NewDelivery[] {
  const { tenant, stream, version } = event;
  return consumersOf(event).map((consumer) => ({ tenant, stream, version, consumer, event: JSON.stringify(event) }));
}
