import { request as openRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import type { ProxySide } from '#agent/proxy/configuration';
import { hasContent, requestHeaders, requestPath } from '#agent/proxy/headers';
import { limits } from '#agent/proxy/limits';
import type { Router } from '#agent/proxy/router';
import type { Upstream } from '#agent/proxy/upstreams';

/** Why no instance has answered, as the proxy tells its client: bad gateway, nobody there, or too late (RFC 9110, sections 15.6.3 to 15.6.5). */
export type NoAnswer = { readonly status: 502 | 503 | 504; readonly reason: string };

/** What happens with a request that is being sent to an instance. Exactly one of `answer`, `upgraded` and `failed` is called, once. */
export type AttemptListener = {
  /** The connection stands and no byte of the content was taken yet: now it may be sent. */
  readonly connected: (call: ClientRequest) => void;
  readonly goOn: () => void;
  readonly answer: (response: IncomingMessage, call: ClientRequest) => void;
  readonly upgraded: (response: IncomingMessage, socket: Socket, head: Buffer) => void;
  readonly failed: (why: NoAnswer) => void;
};

/** Methods that may be carried out twice without harm. Source: RFC 9110, section 9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/**
 * Sends one request to an instance of a side, and to another where that is safe: when no connection could be made, or when a connection that
 * was used before turned out to be closed, nothing was answered, and the request has no content and may be repeated. Bounded by one try per
 * instance and one on a new connection.
 */
export class Attempts {
  readonly #router: Router;
  readonly #request: IncomingMessage;
  /** Whether the client asks for a WebSocket. */
  readonly #upgrade: boolean;
  readonly #listener: AttemptListener;
  readonly #tried = new Set<string>();
  #side: ProxySide;
  #call: ClientRequest | undefined;
  #upstream: Upstream | undefined;
  #onNewConnection = false;
  #over = false;

  constructor(router: Router, side: ProxySide, given: { readonly request: IncomingMessage; readonly upgrade: boolean; readonly listener: AttemptListener }) {
    this.#router = router;
    this.#side = side;
    this.#request = given.request;
    this.#upgrade = given.upgrade;
    this.#listener = given.listener;
  }

  /** Tries the next instance. */
  begin(failure: NoAnswer = { status: 503, reason: 'no instance of this side is ready' }): void {
    this.#side = this.#router.present(this.#side);
    const upstream = this.#router.upstreams.next(this.#side, this.#tried);
    if (upstream === undefined) this.#fail(failure);
    else this.#send(upstream);
  }

  /** The client has left, or its answer is complete: nothing more is under way. */
  end(): void {
    this.#over = true;
    this.#release();
    this.#call?.destroy();
  }

  /** The answer is complete, and the connection may be used again. */
  finish(): void {
    this.#over = true;
    this.#release();
  }

  #send(upstream: Upstream): void {
    this.#upstream = upstream;
    this.#router.upstreams.begin(upstream);
    const call = this.#open(upstream);
    if (call === undefined) return;
    this.#call = call;
    const state = { connected: false, answered: false, timedOut: false };
    call.once('socket', (socket) => this.#whenConnected(socket, () => {
      state.connected = true;
      if (!this.#over) this.#listener.connected(call);
    }));
    call.once('continue', () => this.#listener.goOn());
    call.once('response', (response) => {
      state.answered = true;
      call.setTimeout(limits.idleSeconds * 1000);
      this.#listener.answer(response, call);
    });
    call.once('upgrade', (response: IncomingMessage, socket: Socket, head: Buffer) => {
      state.answered = true;
      this.#listener.upgraded(response, socket, head);
    });
    call.on('timeout', () => {
      state.timedOut = true;
      call.destroy(new Error(`no byte within ${state.answered ? limits.idleSeconds : limits.answerSeconds} s`));
    });
    call.on('error', (error) => {
      if (!state.answered && !this.#over) this.#tryAgain(error, { ...state, reused: call.reusedSocket });
    });
  }

  #open(upstream: Upstream): ClientRequest | undefined {
    try {
      return openRequest({
        host: '127.0.0.1',
        port: upstream.port,
        method: this.#request.method ?? 'GET',
        path: requestPath(this.#request.url ?? '/'),
        headers: requestHeaders(this.#request, this.#upgrade),
        agent: this.#onNewConnection || this.#upgrade ? false : upstream.agent,
        timeout: limits.answerSeconds * 1000,
        maxHeaderSize: limits.headerBytes,
        setHost: false,
      });
    } catch (error) {
      // Node refuses what its own parser let through; the client is told, and nothing was sent.
      this.#release();
      this.#fail({ status: 502, reason: `the request cannot be passed on: ${String(error)}` });
      return undefined;
    }
  }

  #whenConnected(socket: Socket, then: () => void): void {
    if (!socket.connecting) {
      then();
      return;
    }
    const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${limits.connectSeconds} s`)), limits.connectSeconds * 1000);
    socket.once('connect', () => {
      clearTimeout(timer);
      then();
    });
    socket.once('close', () => clearTimeout(timer));
  }

  #tryAgain(error: Error, state: { readonly connected: boolean; readonly timedOut: boolean; readonly reused: boolean }): void {
    const upstream = this.#upstream;
    this.#release();
    const why: NoAnswer = { status: state.timedOut ? 504 : 502, reason: error.message };
    if (!state.connected && upstream !== undefined) {
      this.#tried.add(upstream.id);
      this.begin(why);
    } else if (state.reused && !state.timedOut && !this.#onNewConnection && this.#isRepeatable()) {
      this.#onNewConnection = true;
      this.begin(why);
    } else this.#fail(why);
  }

  #isRepeatable(): boolean {
    return IDEMPOTENT.has(this.#request.method ?? '') && !hasContent(this.#request);
  }

  #fail(why: NoAnswer): void {
    this.#over = true;
    this.#listener.failed(why);
  }

  #release(): void {
    if (this.#upstream !== undefined) this.#router.upstreams.finish(this.#upstream);
    this.#upstream = undefined;
  }
}
