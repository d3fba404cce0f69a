import type { StoredEvent, StreamId } from '#ports/event-store';

/**
 * The most that is remembered, of all streams together, in characters of the events' JSON. A parsed event takes up to three times its text, so this is
 * some 100 MB at the most; as events are about 1 kB, it is some 30,000 of them.
 */
const MAXIMUM_CHARACTERS = 32_000_000;

/** Streams longer than this are read from the file each time; a deployment has some fifty events. */
const MAXIMUM_EVENTS_PER_STREAM = 1000;

/** All events of a stream, and about how many characters their JSON has. */
export type RememberedStream = { readonly events: readonly StoredEvent[]; readonly characters: number };

/**
 * Whole streams as they were read or appended last, the least used forgotten first. A data folder is one process's alone and its streams are
 * appended by one event store, so what is remembered is what is stored, as long as everything that may have changed a stream is told here.
 */
export class StreamCache {
  readonly #streams = new Map<string, RememberedStream>();
  #characters = 0;

  /** A stream, if it is remembered. */
  of(stream: StreamId): RememberedStream | undefined {
    const key = keyOf(stream);
    const remembered = this.#streams.get(key);
    if (remembered === undefined) return undefined;
    // Whoever was asked for last stands last.
    this.#streams.delete(key);
    this.#streams.set(key, remembered);
    return remembered;
  }

  /** Remembers a whole stream; without one, forgets what was remembered: it may have changed since. */
  put(stream: StreamId, whole: RememberedStream | undefined): void {
    const key = keyOf(stream);
    this.#remove(key);
    if (whole === undefined || whole.events.length > MAXIMUM_EVENTS_PER_STREAM) return;
    this.#streams.set(key, whole);
    this.#characters += whole.characters;
    for (const oldest of this.#streams.keys()) {
      if (this.#characters <= MAXIMUM_CHARACTERS) return;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#characters -= this.#streams.get(key)?.characters ?? 0;
    this.#streams.delete(key);
  }
}

function keyOf({ tenant, stream }: StreamId): string {
  return `${tenant} ${stream}`;
}
