import type { WebSocket } from 'ws';

import type { Caller } from '#application/context';
import type { Api } from '#application/http/api';
import { Failure } from '#contracts/errors';
import { closeCodes, PING_SECONDS } from '#contracts/stream';
import type { ClientMessage, Topic } from '#contracts/stream';
import { filled, secondsToTokens } from '#engine/token-bucket';
import type { TokenBucket } from '#engine/token-bucket';
import { parseMessage } from '#engine/client-message';
import { assertRoomForSubscription, takeMessageOfTenant } from '#engine/stream-room';
import type { Ports } from '#ports/ports';
import type { RateLimits } from '#ports/rate-limit';

import type { OpenConnection } from '../connections.ts';
import type { Feeds } from './feeds.ts';
import { Outbox } from './outbox.ts';
import type { StreamMetrics } from './stream-metrics.ts';
import type { StreamSettings } from './stream-settings.ts';
import { follow } from './subscription.ts';
import type { Subscription } from './subscription.ts';

/** What every connection of a server shares. */
export type StreamContext = {
  readonly api: Api;
  readonly ports: Pick<Ports, 'clock' | 'ids'>;
  readonly feeds: Feeds;
  readonly settings: StreamSettings;
  readonly metrics: StreamMetrics;
  /** The buckets of the tenants' messages. */
  readonly rateLimits: Pick<RateLimits, 'take'>;
  /** How many subscriptions all open connections of a tenant have. */
  subscriptionsOf(tenant: string): number;
};

type Subscribed = { readonly topic: Topic; readonly abort: AbortController };
type Subscribe = Extract<ClientMessage, { type: 'subscribe' }>;

/** One WebSocket: takes the client's messages in order and sends what it subscribed to. */
export class StreamConnection implements OpenConnection {
  readonly tenant: string;
  readonly keyId: string;
  /** Resolves when the connection is closed, by whichever side. */
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #caller: Caller;
  readonly #context: StreamContext;
  readonly #traceId: string;
  readonly #outbox: Outbox;
  readonly #subscriptions = new Map<string, Subscribed>();
  #bucket: TokenBucket | undefined;
  #malformed = 0;
  #heardAt: number;
  #last: Promise<void> = Promise.resolve();

  constructor(socket: WebSocket, caller: Caller, context: StreamContext) {
    this.tenant = caller.tenant;
    this.keyId = caller.keyId;
    this.#socket = socket;
    this.#caller = caller;
    this.#context = context;
    this.#traceId = context.ports.ids.trace();
    this.#outbox = new Outbox(socket, context.settings.outbox);
    this.#heardAt = context.ports.clock.now();
    socket.on('message', (data, isBinary) => this.#receive(data.toString(), isBinary));
    socket.on('ping', (data) => {
      if (this.#isOpen() && this.#heard()) this.#outbox.pong(data);
    });
    socket.on('pong', () => this.#isOpen() && this.#heard());
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#end();
        resolve();
      });
    });
    // What is wrong with a socket is told by its close code; the event only must have a listener.
    socket.on('error', () => undefined);
  }

  announceWork(target: string): void {
    for (const [id, { topic }] of this.#subscriptions) {
      if (topic.kind === 'work' && topic.target === target) this.#outbox.sendNow({ type: 'work', id, target });
    }
  }

  close(code: number, reason: string): void {
    this.#end();
    this.#socket.close(code, reason);
  }

  get subscriptionCount(): number {
    return this.#subscriptions.size;
  }

  /** Whether nothing came from the client for twice the time of a ping. */
  isIdle(now: number): boolean {
    return now - this.#heardAt > 2 * PING_SECONDS * 1000;
  }

  /** Cuts the connection without waiting for the other side. */
  terminate(): void {
    this.#socket.terminate();
  }

  #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #heard(): boolean {
    const now = this.#context.ports.clock.now();
    this.#heardAt = now;
    const bucket = filled(this.#bucket, this.#context.settings.messageRate, now);
    this.#bucket = { ...bucket, tokens: bucket.tokens - 1 };
    if (secondsToTokens(bucket, this.#context.settings.messageRate) === 0) return true;
    this.#fail(null, new Failure('rate-limited', 'too many messages'));
    this.#end();
    this.#outbox.closeOnFlood('too many messages');
    return false;
  }

  #receive(text: string, isBinary: boolean): void {
    if (!this.#isOpen() || !this.#heard()) return;
    if (isBinary) {
      this.close(closeCodes.unsupportedData, 'messages are JSON texts');
      return;
    }
    const { message, id } = parseMessage(text);
    if (message === undefined) this.#refuseMalformed(id);
    else this.#last = this.#last.then(() => this.#take(message));
  }

  #refuseMalformed(id: string | null): void {
    this.#malformed += 1;
    this.#fail(id, new Failure('malformed-request', 'the message is no JSON, or fits none of the client\'s messages in /openapi.json'));
    if (this.#malformed > this.#context.settings.malformedMessages) this.close(closeCodes.policyViolation, 'too many malformed messages');
  }

  /** Takes one message, unless the connection has ended before its turn; never rejects. */
  async #take(message: ClientMessage): Promise<void> {
    if (!this.#isOpen()) return;
    try {
      await takeMessageOfTenant(this.#context.rateLimits, this.tenant);
      await this.#act(message);
    } catch (error) {
      this.#fail(message.type === 'ping' ? null : message.id, this.#told(error));
    }
  }

  async #act(message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'ping':
        this.#outbox.sendNow({ type: 'pong' });
        return;
      case 'unsubscribe':
        if (!this.#unsubscribe(message.id)) this.#fail(message.id, new Failure('not-found', `there is no subscription ${message.id}`));
        return;
      case 'subscribe':
        await this.#subscribe(message);
        return;
    }
  }

  async #subscribe({ id, topic, cursor }: Subscribe): Promise<void> {
    if (this.#subscriptions.has(id)) throw new Failure('conflict', `there is a subscription ${id} already`);
    this.#assertRoom();
    const opened = await this.#context.api.stream.openTopic(this.#caller, this.#traceId, { topic, cursor });
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    // Others of the tenant may have subscribed meanwhile; from here on nobody comes in between.
    this.#assertRoom();
    const abort = new AbortController();
    this.#subscriptions.set(id, { topic, abort });
    this.#outbox.sendNow({ type: 'subscribed', id, cursor: opened.signCursor(opened.position) });
    // What a target's agent waits for is announced, not read from the feed.
    if (topic.kind !== 'work') void this.#follow({ id, topic: opened, feed: this.#context.feeds.of(this.tenant), outbox: this.#outbox }, abort.signal);
  }

  #assertRoom(): void {
    const { settings, subscriptionsOf } = this.#context;
    assertRoomForSubscription([
      { scope: 'connection', open: this.subscriptionCount, most: settings.subscriptionsPerConnection },
      { scope: 'tenant', open: subscriptionsOf(this.tenant), most: settings.subscriptionsPerTenant },
    ]);
  }

  /** Sends until the subscription ends; never rejects. */
  async #follow(subscription: Subscription, abort: AbortSignal): Promise<void> {
    try {
      if ((await follow(subscription, abort)) === 'aborted') return;
      this.#context.metrics.behind.add();
    } catch (error) {
      this.#fail(subscription.id, this.#told(error));
    }
    this.#unsubscribe(subscription.id);
  }

  #unsubscribe(id: string): boolean {
    this.#subscriptions.get(id)?.abort.abort();
    return this.#subscriptions.delete(id);
  }

  #told(error: unknown): Failure {
    return this.#context.api.tell(error, { traceId: this.#traceId, operation: 'stream' });
  }

  #fail(id: string | null, failure: Failure): void {
    this.#outbox.sendNow({ type: 'error', id, code: failure.code, detail: failure.detail.detail });
  }

  #end(): void {
    for (const id of this.#subscriptions.keys()) this.#unsubscribe(id);
  }
}
