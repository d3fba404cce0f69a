import type { StoredEvent, StreamId } from '#ports/event-store';

/** The most events that are remembered, of all streams together: an event is about 1 kB (at most 32 kB), so some 50 MB. */
const MAXIMUM_EVENTS = 50_000;

/** Streams longer than this are read from the file each time; a deployment has some fifty events. */
const MAXIMUM_EVENTS_PER_STREAM = 1000;

/**
 * Whole streams as they were read or appended last, the least used forgotten first. A data folder is one process's alone and its streams are
 * appended by one event store, so what is remembered is what is stored, as long as everything that may have changed a stream is told here.
 */
export class StreamCache {
  readonly #streams = new Map<string, readonly StoredEvent[]>();
  #events = 0;

  /** All events of a stream, if they are remembered. */
  of(stream: StreamId): readonly StoredEvent[] | undefined {
    const key = keyOf(stream);
    const events = this.#streams.get(key);
    if (events === undefined) return undefined;
    // Whoever was asked for last stands last.
    this.#streams.delete(key);
    this.#streams.set(key, events);
    return events;
  }

  /** Remembers all events of a stream; without any, forgets what was remembered: it may have changed since. */
  put(stream: StreamId, events: readonly StoredEvent[] | undefined): void {
    const key = keyOf(stream);
    this.#remove(key);
    if (events === undefined || events.length > MAXIMUM_EVENTS_PER_STREAM) return;
    this.#streams.set(key, events);
    this.#events += events.length;
    for (const oldest of this.#streams.keys()) {
      if (this.#events <= MAXIMUM_EVENTS) return;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#events -= this.#streams.get(key)?.length ?? 0;
    this.#streams.delete(key);
  }
}

function keyOf({ tenant, stream }: StreamId): string {
  return `${tenant} ${stream}`;
}
