import { once } from 'node:events';

import { WebSocket } from 'ws';

import { serverMessage } from '#contracts/stream';
import type { ServerMessage } from '#contracts/stream';

import type { Tenant } from './tenant.ts';
import { PATIENCE_SECONDS } from './until.ts';

/** How a connection is asked for: with a key, or with a ticket. */
export type Credential = { readonly key: string } | { readonly ticket: string };

/** A WebSocket as any program opens it; it keeps what came, in order. */
export class RawStream {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  readonly #received: ServerMessage[] = [];
  #told: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => { socket.once('close', (code) => resolve(code)); });
    socket.on('message', (data) => {
      this.#received.push(serverMessage.parse(JSON.parse(String(data))));
      this.#told();
    });
    socket.on('error', () => undefined);
  }

  /** Opens a connection to the stream that the service names. */
  static async open(tenant: Tenant, credential: Credential = { key: tenant.adminKey }): Promise<RawStream> {
    const stream = new RawStream(await socketOf(tenant, credential));
    tenant.onClose(async () => stream.socket.terminate());
    await once(stream.socket, 'open');
    return stream;
  }

  /** Tries to open a connection that is refused, and answers the status. */
  static async refusal(tenant: Tenant, credential: Credential): Promise<number> {
    const socket = await socketOf(tenant, credential);
    return await new Promise((resolve, reject) => {
      socket.once('open', () => reject(new Error('the connection was opened')));
      socket.on('error', () => undefined);
      socket.once('unexpected-response', (request, response) => {
        request.destroy();
        resolve(response.statusCode ?? 0);
      });
    });
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The next message that came, in order; waits for it. @throws when none comes */
  async next(): Promise<ServerMessage> {
    for (;;) {
      const message = this.#received.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no message came within ${PATIENCE_SECONDS} s`)), PATIENCE_SECONDS * 1000);
        this.#told = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The next message of a type; others are passed over. */
  async nextOf<Type extends ServerMessage['type']>(type: Type): Promise<Extract<ServerMessage, { type: Type }>> {
    for (;;) {
      const message = await this.next();
      if (isOf(message, type)) return message;
    }
  }

  /** Subscribes, and answers the cursor or the code of the refusal. */
  async subscribe(id: string, topic: object, cursor?: string): Promise<string> {
    this.send({ type: 'subscribe', id, topic, ...(cursor === undefined ? {} : { cursor }) });
    const answer = await this.next();
    if (answer.type === 'subscribed') return answer.cursor;
    return answer.type === 'error' ? answer.code : answer.type;
  }

  /** Cuts the connection, without a word. */
  cut(): void {
    this.socket.terminate();
  }
}

async function socketOf(tenant: Tenant, credential: Credential): Promise<WebSocket> {
  const { streamUrl } = await tenant.client.getService();
  if ('key' in credential) return new WebSocket(streamUrl, { headers: { authorization: `Bearer ${credential.key}` } });
  const url = new URL(streamUrl);
  url.searchParams.set('ticket', credential.ticket);
  return new WebSocket(url);
}

function isOf<Type extends ServerMessage['type']>(message: ServerMessage, type: Type): message is Extract<ServerMessage, { type: Type }> {
  return message.type === type;
}
