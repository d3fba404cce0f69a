import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Socket } from 'node:net';

import type { Counts } from '#agent/proxy/counts';
import { OpenExchanges } from '#agent/proxy/exchange';
import { forward } from '#agent/proxy/forward';
import { forwardUpgrade } from '#agent/proxy/forward-upgrade';
import { limits } from '#agent/proxy/limits';
import type { Router } from '#agent/proxy/router';
import { asksForWebSocket, unclear } from '#agent/proxy/unclear-request';
import type { Unclear } from '#agent/proxy/unclear-request';

/** Where clients connect: one server per port, all with the same router behind them. */
export class Front {
  readonly #router: Router;
  readonly #counts: Counts;
  readonly #servers = new Map<number, Server>();
  readonly #clients = new Set<Socket>();
  readonly #open = new OpenExchanges();
  readonly #timer = setInterval(() => this.#open.countLong(), 1000);
  #leaving = false;

  constructor(router: Router, counts: Counts) {
    this.#router = router;
    this.#counts = counts;
  }

  get ports(): readonly number[] {
    return [...this.#servers.keys()];
  }

  /** Connections of clients that are open, upgraded ones included. */
  get connections(): number {
    return this.#clients.size;
  }

  get leaving(): boolean {
    return this.#leaving;
  }

  /** The servers that listen, for a proxy that takes over. */
  servers(): readonly (readonly [number, NetServer])[] {
    return [...this.#servers];
  }

  /** Listens on these ports and on no other. Either all of them can be had, or nothing changes and an error says which cannot. */
  async listen(ports: readonly number[], host: string): Promise<void> {
    if (this.#leaving) return;
    const opened = new Map<number, Server>();
    try {
      for (const port of ports.filter((one) => !this.#servers.has(one))) opened.set(port, await listening(this.#server(), { port, host }));
    } catch (error) {
      for (const server of opened.values()) stopAccepting(server);
      throw error;
    }
    for (const [port, server] of opened) this.#servers.set(port, server);
    for (const [port, server] of this.#servers) if (!ports.includes(port)) this.#close(port, server);
  }

  /**
   * Goes on with a listening socket that another proxy has handed over. It is taken at once, within this call: a connection that came before
   * would be accepted by nobody.
   */
  adopt(port: number, handle: NetServer): void {
    this.#servers.set(port, this.#server().listen(handle));
  }

  /**
   * Accepts nobody any more. Connections that are open stay: each is told with its next answer to be closed, and one that stays idle ends by
   * itself after the time that its client was told. None is closed under a client that may just be sending.
   */
  leave(): void {
    this.#leaving = true;
    for (const [port, server] of this.#servers) this.#close(port, server);
  }

  /** Ends every connection that is left. */
  end(): void {
    clearInterval(this.#timer);
    for (const client of this.#clients) client.destroy();
  }

  #close(port: number, server: Server): void {
    this.#servers.delete(port);
    stopAccepting(server);
  }

  #server(): Server {
    // On connections to a port that is not listened on any more, clients are asked to make another for their next request.
    const leaving = () => ![...this.#servers.values()].includes(server);
    const to = { router: this.#router, counts: this.#counts, open: this.#open, leaving };
    const handle = (request: IncomingMessage, response: ServerResponse) => {
      const why = unclear(request);
      if (why === undefined) forward(to, request, response);
      else refuse(response, why);
    };
    const server: Server = createServer({
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headSeconds * 1000,
      requestTimeout: limits.requestSeconds * 1000,
      keepAliveTimeout: limits.keepAliveSeconds * 1000,
      shouldUpgradeCallback: asksForWebSocket,
    }, handle);
    server.maxConnections = limits.connections;
    server.on('checkContinue', handle);
    server.on('upgrade', (request, socket: Socket, head) => forwardUpgrade(to, request, { socket, head }));
    server.on('drop', () => this.#counts.failedByProxy());
    server.on('connection', (socket) => {
      this.#clients.add(socket);
      socket.once('close', () => this.#clients.delete(socket));
    });
    return server;
  }
}

/** The client's fault, and so counted for nobody; what else it has sent on this connection is not read. */
function refuse(response: ServerResponse, why: Unclear): void {
  const body = `${JSON.stringify({ status: why.status, title: 'The request is not passed on', detail: why.reason })}\n`;
  response.writeHead(why.status, { 'content-type': 'application/problem+json', 'content-length': Buffer.byteLength(body), connection: 'close' }).end(body);
}

function listening(server: Server, where: { readonly port: number; readonly host: string }): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.removeListener('error', reject);
      resolve(server);
    });
  });
}

/** `close` of an HTTP server would also end idle connections, on which a request may be under way; that of its parent only stops listening. */
function stopAccepting(server: Server): void {
  NetServer.prototype.close.call(server);
}
