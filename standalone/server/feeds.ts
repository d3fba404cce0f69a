import type { EventStore, FeedEvent } from '#ports/event-store';

import { Signal } from '../signal.ts';

/** Tells that events were appended; listeners hear the tenant. */
export interface AppendedSignal {
  /** Calls the listener at each notification, until the answered function is called. */
  subscribe(listener: (tenant: string) => void): () => void;
}

/** One read: 100 events of at most 32 kB are 3.2 MB, shared by all subscriptions that stand at the same place. */
const PAGE_EVENTS = 100;

/** The feeds of all tenants, read once for all subscriptions that stand at the same place. */
export class Feeds {
  readonly #events: EventStore;
  readonly #feeds = new Map<string, Feed>();
  readonly #unsubscribe: () => void;

  constructor(events: EventStore, appended: AppendedSignal) {
    this.#events = events;
    this.#unsubscribe = appended.subscribe((tenant) => this.#feeds.get(tenant)?.appended.notify());
  }

  /** The feed of a tenant; there is one per tenant that ever subscribed, and it holds nothing while nobody reads. */
  of(tenant: string): Feed {
    const feed = this.#feeds.get(tenant) ?? new Feed(this.#events, tenant);
    this.#feeds.set(tenant, feed);
    return feed;
  }

  /** Stops listening. */
  close(): void {
    this.#unsubscribe();
  }
}

type Read = { readonly version: number; readonly events: Promise<readonly FeedEvent[]> };

/** The feed of one tenant. */
export class Feed {
  readonly tenant: string;
  /** Given after each append. */
  readonly appended = new Signal();
  readonly #events: EventStore;
  readonly #reads = new Map<string, Read>();

  constructor(events: EventStore, tenant: string) {
    this.#events = events;
    this.tenant = tenant;
  }

  /** The next events after a place. A read that runs is shared, unless something was appended since it began. */
  after(cursor: string): Promise<readonly FeedEvent[]> {
    const { version } = this.appended;
    const running = this.#reads.get(cursor);
    if (running !== undefined && running.version === version) return running.events;
    const read = { version, events: this.#events.readFeed(this.tenant, cursor, PAGE_EVENTS) };
    this.#reads.set(cursor, read);
    const forget = () => {
      if (this.#reads.get(cursor) === read) this.#reads.delete(cursor);
    };
    read.events.then(forget, forget);
    return read.events;
  }
}
