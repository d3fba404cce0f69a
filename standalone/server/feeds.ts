import type { EventStore, FeedEvent } from '#ports/event-store';

import { Signal } from '../signal.ts';

/** Tells that events were appended; listeners hear the tenant. */
export interface AppendedSignal {
  /** Calls the listener at each notification, until the answered function is called. */
  subscribe(listener: (tenant: string) => void): () => void;
}

/** One read: 20 events of at most 32 kB are 640 kB, shared by all subscriptions that stand at the same place. */
export const PAGE_EVENTS = 20;

/** How many pages a tenant has in memory at once: 8 × 640 kB are 5 MB, however many subscriptions at places of their own it has. The one thread of the database reads them one after the other anyway. */
export const PAGES_AT_ONCE = 8;

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

/** What a subscription does with the next events after its place; it lets the page go when that ends, so it must not wait for its reader. */
export type Reading = {
  readonly cursor: string;
  /** Asked when its turn has come: a page that nobody wants any more is not read. */
  isWanted(): boolean;
  give(events: readonly FeedEvent[]): Promise<void>;
};

type Page = { readonly readings: Set<Reading>; readonly events: Promise<readonly FeedEvent[] | undefined>; version: number | undefined };

/** The feed of one tenant. */
export class Feed {
  readonly tenant: string;
  /** Given after each append. */
  readonly appended = new Signal();
  readonly #events: EventStore;
  readonly #pages = new Map<string, Page>();
  #free = PAGES_AT_ONCE;
  /** One place at the most for each subscription of the tenant, in the order in which they asked. */
  readonly #waiting: (() => void)[] = [];

  constructor(events: EventStore, tenant: string) {
    this.#events = events;
    this.tenant = tenant;
  }

  /**
   * Gives the next events after a place, none at the feed's end, and nothing when they were not wanted any more. A page that waits for its turn or is held
   * is shared, unless something was appended since it was read.
   */
  async read(reading: Reading): Promise<void> {
    const page = this.#pageAt(reading.cursor);
    page.readings.add(reading);
    try {
      const events = await page.events;
      if (events !== undefined) await reading.give(events);
    } finally {
      page.readings.delete(reading);
      if (page.readings.size === 0) this.#release(reading.cursor, page);
    }
  }

  #pageAt(cursor: string): Page {
    const held = this.#pages.get(cursor);
    if (held !== undefined && (held.version === undefined || held.version === this.appended.version)) return held;
    const readings = new Set<Reading>();
    const turn = this.#turn();
    const page: Page = { readings, version: undefined, events: turn.then(async () => {
      if (![...readings].some((one) => one.isWanted())) {
        this.#forget(cursor, page);
        return undefined;
      }
      page.version = this.appended.version;
      return await this.#events.readFeed(this.tenant, cursor, PAGE_EVENTS);
    }) };
    this.#pages.set(cursor, page);
    return page;
  }

  async #turn(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => { this.#waiting.push(resolve); });
  }

  #release(cursor: string, page: Page): void {
    this.#forget(cursor, page);
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }

  #forget(cursor: string, page: Page): void {
    if (this.#pages.get(cursor) === page) this.#pages.delete(cursor);
  }
}
