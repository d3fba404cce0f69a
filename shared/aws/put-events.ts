import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { EventBridgeClient, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';

import { EVENT_SOURCE } from '#contracts/events';
import type { EventEnvelope } from '#contracts/events';

/** A request has at most 10 entries and 256 KiB in all (EventBridge's quotas); 6 kB are left for what surrounds the details. */
const ENTRIES_PER_REQUEST = 10;
const BYTES_PER_REQUEST = 250_000;

/** Entries that the bus refused, as when it is throttled, are sent again after 100, 200, 400, 800 ms with full jitter: at most 1.5 s in all. */
const ATTEMPTS = 5;
const FIRST_PAUSE_MILLISECONDS = 100;

/** What a bus is: its client and its name. */
export type EventBus = { readonly client: EventBridgeClient; readonly name: string };

/**
 * Puts events on the bus and answers those that it did not take. Order is promised within a stream: an event is sent only when the one before it
 * in its stream was taken, so an event whose predecessor is left out is left out as well.
 */
export async function putEvents(bus: EventBus, events: readonly EventEnvelope[]): Promise<readonly EventEnvelope[]> {
  const waiting = [...Map.groupBy(events, ({ stream, tenant }) => `${tenant}#${stream}`).values()].map((stream) => [...stream]);
  let attempts = 0;
  for (;;) {
    const heads = waiting.flatMap((stream) => stream.slice(0, 1));
    if (heads.length === 0) return [];
    const refused = new Set<EventEnvelope>();
    for (const request of requestsOf(heads)) for (const event of await send(bus, request)) refused.add(event);
    for (const stream of waiting) if (stream[0] !== undefined && !refused.has(stream[0])) stream.shift();
    if (refused.size === 0) continue;
    attempts += 1;
    if (attempts >= ATTEMPTS) return waiting.flat();
    await new Promise((resolve) => { setTimeout(resolve, Math.random() * FIRST_PAUSE_MILLISECONDS * 2 ** (attempts - 1)); });
  }
}

/** Sends one request and answers what was refused of it. */
async function send({ client, name }: EventBus, events: readonly EventEnvelope[]): Promise<readonly EventEnvelope[]> {
  const { FailedEntryCount = 0, Entries = [] } = await client.send(new PutEventsCommand({ Entries: events.map((event) => entryOf(event, name)) }));
  return FailedEntryCount === 0 ? [] : events.filter((_event, index) => Entries[index]?.ErrorCode !== undefined);
}

function entryOf(event: EventEnvelope, bus: string): PutEventsRequestEntry {
  return { EventBusName: bus, Source: EVENT_SOURCE, DetailType: event.type, Detail: JSON.stringify(event), Time: new Date(event.at) };
}

function requestsOf(events: readonly EventEnvelope[]): readonly (readonly EventEnvelope[])[] {
  const requests: EventEnvelope[][] = [];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event));
    const last = requests.at(-1);
    if (last === undefined || last.length >= ENTRIES_PER_REQUEST || bytes + size > BYTES_PER_REQUEST) {
      requests.push([event]);
      bytes = size;
    } else {
      last.push(event);
      bytes += size;
    }
  }
  return requests;
}
