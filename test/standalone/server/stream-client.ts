import { once } from 'node:events';

import { WebSocket } from 'ws';

import { serverMessage } from '#contracts/stream';
import type { ServerMessage } from '#contracts/stream';

import type { Served } from './served.ts';

/** A WebSocket of a test: it keeps what came, in order. */
export class StreamClient {
  readonly socket: WebSocket;
  readonly received: ServerMessage[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  #told: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => { socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })); });
    socket.on('message', (data) => {
      this.received.push(serverMessage.parse(JSON.parse(data.toString())));
      this.#told();
    });
    socket.on('error', () => undefined);
  }

  /** Opens a connection with a key, or with what the query says. */
  static async open(served: Served, given: { readonly key?: string; readonly query?: string }): Promise<StreamClient> {
    const client = new StreamClient(new WebSocket(addressOf(served, given.query), given.key === undefined ? {} : { headers: { authorization: `Bearer ${given.key}` } }));
    await once(client.socket, 'open');
    return client;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The next message that came, in order; waits for it. */
  async next(): Promise<ServerMessage> {
    for (;;) {
      const message = this.received.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => { this.#told = resolve; });
    }
  }

  /** Subscribes and answers the cursor, or the code of the error. */
  async subscribe(id: string, topic: unknown, cursor?: string): Promise<string> {
    this.send({ type: 'subscribe', id, topic, ...(cursor === undefined ? {} : { cursor }) });
    const answer = await this.next();
    if (answer.type === 'subscribed') return answer.cursor;
    return answer.type === 'error' ? answer.code : answer.type;
  }

  /** The `stream@version` of the next events. */
  async events(count: number): Promise<readonly string[]> {
    const found: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const message = await this.next();
      found.push(message.type === 'event' ? `${message.event.stream}@${message.event.version}` : message.type);
    }
    return found;
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}

/** Tries to open a connection that is refused; answers the status and body of the refusal. */
export async function refusal(served: Served, given: { readonly query?: string; readonly headers?: { readonly [name: string]: string }; readonly path?: string }): Promise<{ readonly status: number; readonly body: unknown }> {
  const socket = new WebSocket(addressOf(served, given.query, given.path), { headers: given.headers ?? {} });
  return await new Promise((resolve, reject) => {
    socket.once('open', () => reject(new Error('the connection was opened')));
    socket.once('error', reject);
    socket.once('unexpected-response', (request, response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => { text += chunk.toString(); });
      response.on('end', () => {
        request.destroy();
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
      });
    });
  });
}

function addressOf(served: Served, query = '', path = '/v1/stream'): string {
  return `${served.url.replace('http', 'ws')}${path}${query === '' ? '' : `?${query}`}`;
}
