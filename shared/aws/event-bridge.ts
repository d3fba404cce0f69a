import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

import { EVENT_SOURCE } from '#contracts/events';
import type { EventEnvelope } from '#contracts/events';

import { SERVICE_CALLS } from './calls.ts';
import { tellingOutages } from './outages.ts';
import type { EventBus } from './put-events.ts';

/** A bus of EventBridge, by its name. */
export class EventBridge implements EventBus {
  readonly #client: EventBridgeClient;
  readonly #name: string;

  constructor(client: EventBridgeClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async put(events: readonly EventEnvelope[]): Promise<readonly (string | undefined)[]> {
    const { Entries = [] } = await this.#client.send(new PutEventsCommand({
      Entries: events.map((event) => ({ EventBusName: this.#name, Source: EVENT_SOURCE, DetailType: event.type, Detail: JSON.stringify(event), Time: new Date(event.at) })),
    }));
    return events.map((_event, index) => {
      const { EventId, ErrorCode = 'no answer', ErrorMessage = '' } = Entries[index] ?? {};
      return EventId === undefined ? `${ErrorCode} ${ErrorMessage}`.trim() : undefined;
    });
  }
}

/** A bus by its name, with a client of its own. */
export function openEventBridge(name: string): EventBus {
  return new EventBridge(tellingOutages(new EventBridgeClient(SERVICE_CALLS)), name);
}
