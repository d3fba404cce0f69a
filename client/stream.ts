import { MAXIMUM_SUBSCRIPTIONS } from '#contracts/stream';
import type { ServerMessage, Topic } from '#contracts/stream';
import { jitterSeconds } from '#client/retry';
import { addressOf, refuseInsecure } from '#client/settings';
import type { ClientRuntime, Settings } from '#client/settings';
import { SluiceError } from '#client/sluice-error';
import { connect } from '#client/stream-connection';
import type { StreamConnection } from '#client/stream-connection';
import { BufferedSubscription } from '#client/subscription';
import type { Feed, FeedOwner, Shape, Subscription } from '#client/subscription';

/** From where a subscription begins, and what ends it. */
export type SubscribeOptions = {
  /** Goes on after this cursor; without it, with what happens next. */
  readonly cursor?: string;
  /** Ends the subscription quietly. */
  readonly signal?: AbortSignal;
};

/** The ceiling of the wait between reconnects, doubling from 0.5 s: after a restart of the server its clients come back within half a minute. */
const LARGEST_WAIT_SECONDS = 30;

/** A subscription that is refused for the moment is asked for again after 0.5 + 1 + 2 + 4 + 8 + 16 + 4 × 30 = 151.5 s of waiting at the most. */
const MAXIMUM_REFUSALS = 10;

/**
 * All subscriptions of a client, on one WebSocket that is opened for the first of them and closed after the last. It reconnects with
 * full jitter and subscribes again from each one's cursor; what comes twice is dropped. A refusal (an unknown key, a forbidden topic)
 * ends the subscriptions; anything else only when no reconnect has succeeded for `reconnectForSeconds`.
 */
export class Stream {
  readonly #settings: Settings;
  readonly #runtime: ClientRuntime;
  readonly #findUrl: (signal: AbortSignal) => Promise<string>;
  readonly #feeds = new Map<Feed, string>();
  readonly #refusals = new WeakMap<Feed, number>();
  #connection: StreamConnection | null = null;
  #isOpen = false;
  #running: AbortController | null = null;
  #failures = 0;
  #downSince: number | null = null;
  #lastId = 0;

  constructor(settings: Settings, runtime: ClientRuntime, findUrl: (signal: AbortSignal) => Promise<string>) {
    this.#settings = settings;
    this.#runtime = runtime;
    this.#findUrl = findUrl;
  }

  /** @throws SluiceError `too-many-subscriptions` */
  subscribe<Item>(topic: Topic, shape: Shape<Item>, options: SubscribeOptions): Subscription<Item> {
    if (this.#feeds.size >= MAXIMUM_SUBSCRIPTIONS) throw SluiceError.of('too-many-subscriptions', `a client has at most ${MAXIMUM_SUBSCRIPTIONS} subscriptions at a time`);
    const subscription = new BufferedSubscription<Item>(topic, { cursor: options.cursor, owner: this.#owner, shape });
    if (options.signal?.aborted) {
      subscription.close();
      return subscription;
    }
    options.signal?.addEventListener('abort', () => subscription.close(), { once: true });
    this.#begin(subscription);
    if (this.#running === null) void this.#run();
    return subscription;
  }

  readonly #owner: FeedOwner = {
    resume: (feed) => this.#begin(feed),
    suspend: (feed) => this.#tell({ type: 'unsubscribe', id: this.#feeds.get(feed) ?? '' }),
    remove: (feed) => {
      const id = this.#feeds.get(feed);
      this.#feeds.delete(feed);
      if (id === undefined) return;
      if (!feed.lagging) this.#tell({ type: 'unsubscribe', id });
      if (this.#feeds.size > 0) return;
      this.#connection?.close();
      this.#running?.abort();
    },
  };

  /** Each subscription gets a new id each time, so that messages of the one before are told apart. */
  #begin(feed: Feed): void {
    this.#lastId += 1;
    const id = String(this.#lastId);
    this.#feeds.set(feed, id);
    const cursor = feed.resumeCursor;
    this.#tell({ type: 'subscribe', id, topic: feed.topic, ...(cursor === undefined ? {} : { cursor }) });
  }

  #tell(message: Parameters<StreamConnection['send']>[0]): void {
    if (this.#isOpen) this.#connection?.send(message);
  }

  async #run(): Promise<void> {
    while (this.#feeds.size > 0) {
      const control = new AbortController();
      this.#running = control;
      this.#downSince ??= this.#runtime.now();
      const error = await this.#connectOnce(control.signal);
      if (this.#feeds.size > 0) await this.#recover(error, control.signal);
    }
    this.#running = null;
    this.#downSince = null;
    this.#failures = 0;
  }

  /** One connection from its beginning to its end. */
  async #connectOnce(signal: AbortSignal): Promise<Error> {
    try {
      const url = await this.#address(signal);
      this.#connection = connect(url, this.#settings, {
        runtime: this.#runtime,
        listener: {
          opened: () => {
            this.#isOpen = true;
            for (const feed of this.#feeds.keys()) if (!feed.lagging) this.#begin(feed);
          },
          message: (message) => this.#take(message),
        },
      });
      if (signal.aborted) this.#connection.close();
      return await this.#connection.ended;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#isOpen = false;
      this.#connection = null;
    }
  }

  async #address(signal: AbortSignal): Promise<URL> {
    const told = this.#settings.streamUrl ?? new URL(await this.#findUrl(signal), this.#settings.url).href.replace(/^http/, 'ws');
    const url = addressOf(told, ['ws:', 'wss:'], 'streamUrl');
    refuseInsecure(url, this.#settings.key);
    return url;
  }

  /** Fails everything, or waits until it is time to connect again. */
  async #recover(reason: Error, signal: AbortSignal): Promise<void> {
    // The last subscription was closed, and a new one came while the connection was going down.
    if (signal.aborted) return;
    const now = this.#runtime.now();
    const downSeconds = (now - (this.#downSince ?? now)) / 1000;
    const final = !(reason instanceof SluiceError) || !reason.retriable || downSeconds > this.#settings.reconnectForSeconds;
    if (final) {
      this.#failAll(reason);
      return;
    }
    this.#failures += 1;
    const least = reason.retryAfterSeconds ?? 0;
    await this.#runtime.sleep(least + jitterSeconds(this.#failures, this.#runtime.random, LARGEST_WAIT_SECONDS), signal).catch(() => undefined);
  }

  #failAll(error: Error): void {
    for (const feed of this.#feeds.keys()) this.#failOne(feed, error);
  }

  #failOne(feed: Feed, error: Error): void {
    this.#feeds.delete(feed);
    feed.fail(error);
    if (this.#feeds.size === 0) this.#connection?.close();
  }

  #take(message: ServerMessage): void {
    if (message.type === 'pong') return;
    if (message.type === 'error' && message.id === null) {
      const error = SluiceError.ofStreamMessage(message.code, message.detail);
      if (error.retriable) this.#connection?.close();
      else this.#failAll(error);
      return;
    }
    const feed = [...this.#feeds].find(([, id]) => id === message.id)?.[0];
    if (feed !== undefined) this.#give(feed, message);
  }

  #give(feed: Feed, message: Exclude<ServerMessage, { type: 'pong' }>): void {
    switch (message.type) {
      case 'subscribed':
        this.#failures = 0;
        this.#downSince = null;
        this.#refusals.delete(feed);
        feed.subscribed(message.cursor);
        return;
      case 'event':
        feed.received(message.cursor, message.event);
        return;
      case 'work':
        feed.workWaits(message.target);
        return;
      case 'behind':
        feed.behind(message.cursor);
        return;
      case 'error':
        this.#refuse(feed, SluiceError.ofStreamMessage(message.code, message.detail));
        return;
    }
  }

  /** One subscription was refused. If that may pass, it is asked for again after a wait; the others on the connection go on. */
  #refuse(feed: Feed, error: SluiceError): void {
    const refusals = (this.#refusals.get(feed) ?? 0) + 1;
    if (!error.retriable || refusals > MAXIMUM_REFUSALS) {
      this.#failOne(feed, error);
      return;
    }
    this.#refusals.set(feed, refusals);
    const id = this.#feeds.get(feed);
    const askAgain = (): void => {
      if (this.#feeds.get(feed) === id) this.#begin(feed);
    };
    void this.#runtime.sleep(jitterSeconds(refusals, this.#runtime.random, LARGEST_WAIT_SECONDS), this.#running?.signal).then(askAgain, () => undefined);
  }
}
