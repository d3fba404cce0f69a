import { Failure } from '#contracts/errors';
import type { NewEvent } from '#contracts/events';
import { busEvents } from '#engine/bus-events';
import type { Bus } from '#ports/bus';
import type { Clock, Ids } from '#ports/clock';

import { putEvents } from './put-events.ts';
import type { EventBus } from './put-events.ts';

/** The bus for events of no stream, on EventBridge: what it takes is durable. */
export class EventBridgeBus implements Bus {
  readonly #bus: EventBus;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(bus: EventBus, clock: Clock, ids: Ids) {
    this.#bus = bus;
    this.#clock = clock;
    this.#ids = ids;
  }

  async publish(tenant: string, events: readonly NewEvent[], traceId: string): Promise<void> {
    const envelopes = busEvents(events, { tenant, at: new Date(this.#clock.now()).toISOString(), traceId }, this.#ids);
    const { events: refused, cause } = await putEvents(this.#bus, envelopes);
    if (refused.length > 0) throw new Failure('unavailable', { detail: `The bus refused ${refused.length} of ${envelopes.length} events.`, retryAfterSeconds: 1, cause });
  }
}
