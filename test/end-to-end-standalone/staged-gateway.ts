import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Where the API is: under an id and a stage, as behind Amazon API Gateway. */
const STAGE = '/_aws/execute-api/a1b2c3/live';

/** Where the stream is: at an address of its own, whose last part is again a stage. */
const STREAM = '/_aws/execute-api/d4e5f6/live';

/** How long an answer is held back, in milliseconds: about what a function behind a gateway takes, warm and cold. */
const [LEAST_MILLISECONDS, MOST_MILLISECONDS] = [30, 300];

/**
 * Stands before a system as an API gateway does: a base path, a stream at another address than beside the API, and slow answers. What
 * asks for anything outside the stage gets a 404 that the system knows nothing of.
 */
export class StagedGateway {
  readonly #system: URL;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(system: string) {
    this.#system = new URL(system);
    this.#server = createServer((asked, answer) => void this.#pass(asked, answer));
    this.#server.on('upgrade', (asked: IncomingMessage, socket: Socket, head: Buffer) => this.#upgrade(asked, socket, head));
  }

  static async start(system: string): Promise<StagedGateway> {
    const gateway = new StagedGateway(system);
    await new Promise<void>((resolve) => { gateway.#server.listen(0, '127.0.0.1', resolve); });
    return gateway;
  }

  get url(): string {
    return `http://${this.#host}${STAGE}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }

  get #host(): string {
    const address = this.#server.address();
    return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const path = asked.url ?? '/';
    if (!path.startsWith(`${STAGE}/`)) {
      answer.writeHead(404).end('no such stage');
      return;
    }
    await pause(LEAST_MILLISECONDS + Math.random() * (MOST_MILLISECONDS - LEAST_MILLISECONDS));
    const passed = request({ host: this.#system.hostname, port: this.#system.port, method: asked.method, path: path.slice(STAGE.length), headers: { ...asked.headers, host: this.#system.host } }, (response) => void this.#answer(path, response, answer));
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  }

  /** The answer that names the stream names this gateway's. */
  async #answer(path: string, response: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString();
    const told = path === `${STAGE}/v1` ? body.replace(/"streamUrl":"[^"]*"/, `"streamUrl":"ws://${this.#host}${STREAM}"`) : body;
    const { 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = response.headers;
    answer.writeHead(response.statusCode ?? 502, headers).end(told);
  }

  #upgrade(asked: IncomingMessage, socket: Socket, head: Buffer): void {
    const { pathname, search } = new URL(asked.url ?? '/', 'http://gateway');
    const onward = connect(Number(this.#system.port), this.#system.hostname);
    for (const one of [socket, onward]) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        socket.destroy();
        onward.destroy();
      });
    }
    const headers = Object.entries({ ...asked.headers, host: this.#system.host }).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    onward.write(`GET ${pathname === STREAM ? '/v1/stream' : pathname}${search} HTTP/1.1\r\n${headers.join('')}\r\n`);
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  }
}
