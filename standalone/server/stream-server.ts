import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { WebSocketServer } from 'ws';

import type { Caller } from '#application/context';
import type { Api } from '#application/http/api';
import type { Metrics } from '#application/http/metrics';
import { Failure } from '#contracts/errors';
import { closeCodes, MAXIMUM_MESSAGE_BYTES, STREAM_PATH } from '#contracts/stream';
import { MemoryRateLimits } from '#engine/memory-rate-limits';
import { assertRoomForConnection, takeMessageOfTenant } from '#engine/stream-room';
import type { Ports } from '#ports/ports';

import type { OpenConnections } from '../connections.ts';
import { Feeds } from './feeds.ts';
import type { AppendedSignal } from './feeds.ts';
import type { HoldRefused } from './hold-refused.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { StreamConnection } from './stream-connection.ts';
import type { StreamContext } from './stream-connection.ts';
import { createStreamMetrics } from './stream-metrics.ts';
import type { StreamSettings } from './stream-settings.ts';

/** What the stream is built on. */
export type StreamServerOptions = {
  readonly api: Api;
  readonly ports: Pick<Ports, 'events' | 'clock' | 'ids'>;
  readonly connections: OpenConnections;
  readonly appended: AppendedSignal;
  readonly metrics: Metrics;
  readonly settings: StreamSettings;
  readonly holdRefused: HoldRefused;
  /** Refuses a request by its headers, as the HTTP side does. @throws Failure `origin-refused` */
  readonly checkSite: (headers: IncomingMessage['headers']) => void;
};

/** How long a client has to answer a close before it is cut. */
const CLOSE_MILLISECONDS = 2000;

/**
 * One message comes as one frame, and 32 KiB of it as 23 segments of a usual network: sixteen frames and 256 pieces are many times what any client
 * sends, and each piece costs some hundred bytes beside its content. 10,000 connections can so hold half a message, and 1 GB, at the most.
 */
const SOCKET_BOUNDS = { maxPayload: MAXIMUM_MESSAGE_BYTES, maxFragments: 16, maxBufferedChunks: 256, closeTimeout: CLOSE_MILLISECONDS } as const;

/** Opens WebSockets for who has a key or a ticket, and watches over the open ones. */
export class StreamServer {
  readonly #options: StreamServerOptions;
  readonly #context: StreamContext;
  readonly #sockets = new WebSocketServer({ noServer: true, ...SOCKET_BOUNDS, perMessageDeflate: false, clientTracking: false, autoPong: false });
  readonly #open = new Set<StreamConnection>();
  #isClosing = false;

  constructor(options: StreamServerOptions) {
    const { api, ports, connections, metrics, settings, appended } = options;
    this.#options = options;
    this.#context = {
      api, ports, feeds: new Feeds(ports.events, appended), settings, metrics: createStreamMetrics(metrics, connections), rateLimits: new MemoryRateLimits(ports.clock),
      subscriptionsOf: (tenant) => this.#subscriptionsOf(tenant),
    };
  }

  /** Takes a request to upgrade: opens a WebSocket, or answers with a problem and closes. Never rejects. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Until the upgrade is done the socket is ours alone, and an error of it only means that the client has gone.
    const ignore = () => undefined;
    socket.on('error', ignore);
    try {
      const caller = await this.#admit(request);
      await takeMessageOfTenant(this.#context.rateLimits, caller.tenant);
      // From here until the connection is kept nothing is waited for, so nobody comes in between.
      this.#assertRoom(caller.tenant, caller.keyId);
      socket.removeListener('error', ignore);
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => { void this.#keep(new StreamConnection(webSocket, caller, this.#context)); });
    } catch (error) {
      const { api, ports } = this.#options;
      const traceId = ports.ids.trace();
      const failure = api.tell(error, { traceId, operation: 'stream' });
      this.#context.metrics.refused.add([failure.code]);
      const answer = api.refuse(failure, traceId);
      await this.#options.holdRefused(answer.status);
      refuseUpgrade(socket, answer);
    }
  }

  /** Closes connections whose key is no longer valid, and those that are silent for too long. To be called at least twice a minute. */
  async check(): Promise<void> {
    const { api, ports, connections } = this.#options;
    const keysInUse = new Map([...this.#open].map(({ tenant, keyId }) => [`${tenant}/${keyId}`, { tenant, keyId }]));
    for (const { tenant, keyId } of keysInUse.values()) {
      if (!(await api.stream.isValid({ tenant, keyId }))) await connections.closeKey(tenant, keyId);
    }
    for (const connection of this.#open) if (connection.isIdle(ports.clock.now())) connection.close(closeCodes.idle, 'no ping came');
  }

  /** Closes all connections as one that stops; who does not answer is cut. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#context.feeds.close();
    for (const connection of this.#open) connection.close(closeCodes.goingAway, 'the server stops');
    const closed = [...this.#open].map((connection) => connection.closed);
    await Promise.race([Promise.all(closed), new Promise((resolve) => { setTimeout(resolve, CLOSE_MILLISECONDS).unref(); })]);
    for (const connection of this.#open) connection.terminate();
  }

  async #admit(request: IncomingMessage): Promise<Caller> {
    this.#options.checkSite(request.headers);
    const url = new URL(request.url ?? '/', 'http://stream.invalid');
    if (url.pathname !== STREAM_PATH) throw new Failure('not-found', `there is no stream at ${url.pathname.slice(0, 200)}`);
    if (this.#isClosing) throw new Failure('unavailable', { detail: 'the server stops', retryAfterSeconds: 1 });
    const { authorization } = request.headers;
    return await this.#options.api.stream.admit({ authorization, ticket: url.searchParams.get('ticket') ?? undefined, clientAddress: request.socket.remoteAddress ?? '' });
  }

  #assertRoom(tenant: string, keyId: string): void {
    const { connections, settings } = this.#options;
    assertRoomForConnection([
      { scope: 'key', open: connections.count({ tenant, keyId }), most: settings.connectionsPerKey },
      { scope: 'tenant', open: connections.count({ tenant }), most: settings.connectionsPerTenant },
      { scope: 'server', open: connections.count(), most: settings.connections },
    ]);
  }

  #subscriptionsOf(tenant: string): number {
    return [...this.#open].reduce((sum, one) => sum + (one.tenant === tenant ? one.subscriptionCount : 0), 0);
  }

  /** Knows the connection as long as it is open. */
  async #keep(connection: StreamConnection): Promise<void> {
    this.#open.add(connection);
    this.#options.connections.add(connection);
    this.#context.metrics.opened.add();
    await connection.closed;
    this.#open.delete(connection);
    this.#options.connections.remove(connection);
  }
}
