import type { EventEnvelope } from '#contracts/events';
import type { Topic } from '#contracts/stream';
import { SeenVersions } from '#client/seen-versions';
import { SluiceError } from '#client/sluice-error';

/** An event as a subscriber sees it; `cursor` is where to go on after it, also in another process. */
export type StreamEvent = Omit<EventEnvelope, 'hash' | 'tenant'> & { readonly cursor: string };

/** Says that commands may wait for a target. Several at once are told as one. */
export type WorkNotice = { readonly target: string };

/** The topics of events. */
export type EventTopic = Exclude<Topic, { kind: 'work' }>;

/** The topic of a target's agent. */
export type WorkTopic = Extract<Topic, { kind: 'work' }>;

/** What has been subscribed to, as long as it is read. It can be gone through once. */
export interface Subscription<Item> extends AsyncIterable<Item> {
  /** Settles with the first `subscribed`: what happens from then on will be seen. Rejects when it never comes to that. */
  readonly ready: Promise<void>;
  /** Where to go on after what was yielded last; `undefined` before anything is known. */
  readonly cursor: string | undefined;
  /** Ends it; what was received and not yet read is dropped. */
  close(): void;
}

/** What a subscription asks of the connection it lives on. */
export type FeedOwner = {
  /** Subscribes again from the feed's `resumeCursor`. */
  readonly resume: (feed: Feed) => void;
  /** Ends the sending of what the reader could not keep up with. */
  readonly suspend: (feed: Feed) => void;
  readonly remove: (feed: Feed) => void;
};

/** The connection's side of a subscription. */
export interface Feed {
  readonly topic: Topic;
  /** From where to subscribe: after everything that was received and kept. */
  readonly resumeCursor: string | undefined;
  /** Whether messages are left out until the reader has caught up. */
  readonly lagging: boolean;
  subscribed(cursor: string): void;
  received(cursor: string, event: Omit<EventEnvelope, 'hash' | 'tenant'>): void;
  workWaits(target: string): void;
  behind(cursor: string): void;
  fail(error: Error): void;
}

/** Received and not yet read, at the most: 500 messages of at most 32 kB are 16 MB. Beyond it the server is asked again later. */
const MAXIMUM_BUFFERED = 500;

type Waiting<Item> = { readonly resolve: (result: IteratorResult<Item, undefined>) => void; readonly reject: (error: Error) => void };

/** Turns an event or a notice of work into what the subscriber sees, or `undefined` for nothing. */
export type Shape<Item> = { readonly ofEvent: (event: StreamEvent) => Item | undefined; readonly ofWork: (notice: WorkNotice) => Item | undefined };

/** A subscription and its buffer: keeps order, drops repetitions, and falls back to asking again when its reader is slow. */
export class BufferedSubscription<Item> implements Subscription<Item>, Feed {
  readonly topic: Topic;
  readonly ready: Promise<void>;
  readonly #owner: FeedOwner;
  readonly #shape: Shape<Item>;
  readonly #seen = new SeenVersions();
  readonly #buffer: { readonly item: Item; readonly cursor: string | undefined }[] = [];
  #isReady: () => void = () => undefined;
  #isNeverReady: (error: Error) => void = () => undefined;
  #waiting: Waiting<Item> | null = null;
  #ended: { readonly error: Error | null } | null = null;
  #receivedCursor: string | undefined;
  #yieldedCursor: string | undefined;
  #lagging = false;

  constructor(topic: Topic, from: { readonly cursor: string | undefined; readonly owner: FeedOwner; readonly shape: Shape<Item> }) {
    this.topic = topic;
    this.#owner = from.owner;
    this.#shape = from.shape;
    this.#receivedCursor = from.cursor;
    this.#yieldedCursor = from.cursor;
    this.ready = new Promise((resolve, reject) => {
      this.#isReady = resolve;
      this.#isNeverReady = reject;
    });
    // Whoever does not wait for it learns of the failure from the iterator.
    this.ready.catch(() => undefined);
  }

  get cursor(): string | undefined {
    return this.#yieldedCursor;
  }

  get resumeCursor(): string | undefined {
    return this.#receivedCursor;
  }

  get lagging(): boolean {
    return this.#lagging;
  }

  subscribed(cursor: string): void {
    this.#receivedCursor ??= cursor;
    if (this.#buffer.length === 0) this.#yieldedCursor ??= cursor;
    // Notices are not kept by the server: one may have been missed while there was no connection.
    if (this.topic.kind === 'work') this.workWaits(this.topic.target);
    this.#isReady();
  }

  received(cursor: string, event: Omit<EventEnvelope, 'hash' | 'tenant'>): void {
    if (this.#lagging || this.#ended !== null) return;
    if (this.#buffer.length >= MAXIMUM_BUFFERED) {
      this.#lagging = true;
      this.#owner.suspend(this);
      return;
    }
    this.#receivedCursor = cursor;
    if (!this.#seen.isNew(event.stream, event.version)) return;
    this.#offer(this.#shape.ofEvent({ ...event, cursor }), cursor);
  }

  workWaits(target: string): void {
    if (this.#buffer.length === 0) this.#offer(this.#shape.ofWork({ target }), undefined);
  }

  behind(cursor: string): void {
    if (this.#lagging || this.#ended !== null) return;
    this.#lagging = true;
    this.#receivedCursor = cursor;
    if (this.#buffer.length === 0) this.#catchUp();
  }

  fail(error: Error): void {
    this.#end(error);
  }

  close(): void {
    this.#buffer.length = 0;
    this.#end(null);
    this.#owner.remove(this);
  }

  [Symbol.asyncIterator](): AsyncIterator<Item, undefined> {
    return {
      next: () => this.#next(),
      return: () => {
        this.close();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  #next(): Promise<IteratorResult<Item, undefined>> {
    const first = this.#buffer.shift();
    if (first !== undefined) {
      this.#yieldedCursor = first.cursor ?? this.#yieldedCursor;
      if (this.#buffer.length === 0 && this.#lagging) this.#catchUp();
      return Promise.resolve({ done: false, value: first.item });
    }
    if (this.#ended !== null) return this.#ended.error === null ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(this.#ended.error);
    if (this.#waiting !== null) return Promise.reject(SluiceError.of('bad-settings', 'a subscription can be read by one reader at a time'));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #offer(item: Item | undefined, cursor: string | undefined): void {
    if (item === undefined || this.#ended !== null) return;
    const waiting = this.#waiting;
    if (waiting === null) {
      this.#buffer.push({ item, cursor });
      return;
    }
    this.#waiting = null;
    this.#yieldedCursor = cursor ?? this.#yieldedCursor;
    waiting.resolve({ done: false, value: item });
  }

  #catchUp(): void {
    this.#lagging = false;
    if (this.#ended === null) this.#owner.resume(this);
  }

  #end(error: Error | null): void {
    if (this.#ended !== null) return;
    this.#ended = { error };
    this.#isNeverReady(error ?? SluiceError.of('unreachable', 'the subscription was closed before it began'));
    const waiting = this.#waiting;
    this.#waiting = null;
    if (error === null) waiting?.resolve({ done: true, value: undefined });
    else waiting?.reject(error);
  }
}
