import type { EventEnvelope } from '#contracts/events';

/** A request has at most 10 entries and 256 KiB in all (EventBridge's quotas); 6 kB are left for what surrounds the details. */
export const ENTRIES_PER_REQUEST = 10;
const BYTES_PER_REQUEST = 250_000;

/** Entries that the bus refused, as when it is throttled, are sent again after 100, 200, 400, 800 ms with full jitter: at most 1.5 s in all. */
const ATTEMPTS = 5;
const FIRST_PAUSE_MILLISECONDS = 100;

/** What a bus does with one request. */
export interface EventBus {
  /** Puts events; answers for each why it was refused, `undefined` where it was taken. @throws when the bus does not answer */
  put(events: readonly EventEnvelope[]): Promise<readonly (string | undefined)[]>;
}

/** What the bus did not take, in the order of its streams, and why. */
export type Refusal = { readonly events: readonly EventEnvelope[]; readonly cause: unknown };

/**
 * Puts events on the bus and answers those that it did not take, also where it did not answer at all. Order is promised within a stream: an event
 * is sent only when the one before it in its stream was taken, so an event whose predecessor is left out is left out as well.
 */
export async function putEvents(bus: EventBus, events: readonly EventEnvelope[]): Promise<Refusal> {
  const waiting = [...Map.groupBy(events, ({ stream, tenant }) => `${tenant}#${stream}`).values()].map((stream) => [...stream]);
  for (let attempts = 0; ;) {
    const heads = waiting.flatMap((stream) => stream.slice(0, 1));
    if (heads.length === 0) return { events: [], cause: undefined };
    const { taken, cause, isOut } = await sendAll(bus, heads);
    for (const stream of waiting) if (stream[0] !== undefined && taken.has(stream[0])) stream.shift();
    if (taken.size === heads.length) continue;
    attempts += 1;
    // The client has tried again for long enough when the bus does not answer.
    if (isOut || attempts >= ATTEMPTS) return { events: waiting.flat(), cause };
    await new Promise((resolve) => { setTimeout(resolve, Math.random() * FIRST_PAUSE_MILLISECONDS * 2 ** (attempts - 1)); });
  }
}

/** Sends requests one after the other, until one is not answered. */
async function sendAll(bus: EventBus, events: readonly EventEnvelope[]): Promise<{ readonly taken: ReadonlySet<EventEnvelope>; readonly cause: unknown; readonly isOut: boolean }> {
  const taken = new Set<EventEnvelope>();
  let cause: unknown;
  try {
    for (const request of requestsOf(events)) {
      const refused = await send(bus, request);
      for (const event of request) if (!refused.has(event)) taken.add(event);
      cause = [...refused.values()].at(-1) ?? cause;
    }
    return { taken, cause, isOut: false };
  } catch (error) {
    return { taken, cause: error, isOut: true };
  }
}

/** Sends one request and answers what was refused of it, and why. */
async function send(bus: EventBus, events: readonly EventEnvelope[]): Promise<ReadonlyMap<EventEnvelope, Error>> {
  const reasons = await bus.put(events);
  return new Map(events.flatMap((event, index): [EventEnvelope, Error][] => (reasons[index] === undefined ? [] : [[event, new Error(`the bus refused an event: ${reasons[index]}`)]])));
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
