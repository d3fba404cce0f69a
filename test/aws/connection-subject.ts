import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { GatewayConnections } from '#aws/connections';
import { openGateway } from '#aws/gateway';
import { serverMessage } from '#contracts/stream';
import type { ServerMessage } from '#contracts/stream';

import type { ConnectionSubject } from '../contracts/connections.ts';
import { freshTables } from './tables.ts';
import type { FreshTables } from './tables.ts';

/** The open connections of a played management API, by their ids, with what was posted to them. */
export type PlayedGateway = { readonly endpoint: string; readonly posted: Map<string, ServerMessage[]>; close(): Promise<void> };

/** Plays the management API of a WebSocket API: takes posts and deletes for the connections in `posted`, and says 410 for all others. */
export async function playGateway(): Promise<PlayedGateway> {
  const posted = new Map<string, ServerMessage[]>();
  const server = createServer((request, response) => {
    const connection = decodeURIComponent(/^\/stage\/@connections\/([^/?]+)/.exec(request.url ?? '')?.[1] ?? '');
    const messages = posted.get(connection);
    request.setEncoding('utf8');
    let body = '';
    request.on('data', (part: string) => { body += part; });
    request.on('end', () => {
      if (messages === undefined) return response.writeHead(410, { 'x-amzn-errortype': 'GoneException' }).end('{}');
      if (request.method === 'DELETE') posted.delete(connection);
      else messages.push(serverMessage.parse(JSON.parse(body)));
      return response.writeHead(request.method === 'DELETE' ? 204 : 200).end();
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { endpoint: `http://127.0.0.1:${portOf(server.address())}/stage`, posted, close: async () => { await new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }); } };
}

/** The connections of API Gateway, whose management API is played. Who leaves is not heard of: API Gateway tells it as best it can. */
export async function openGatewayConnections(): Promise<ConnectionSubject> {
  const [made, played]: [FreshTables, PlayedGateway] = [await freshTables(), await playGateway()];
  const port = new GatewayConnections(openGateway(played.endpoint), made.state, () => Date.now());
  return {
    port, settle: async () => await Promise.resolve(),
    async connect({ tenant, key, target }) {
      const connection = `${randomUUID()}=`;
      const messages: ServerMessage[] = [];
      played.posted.set(connection, messages);
      await port.open({ tenant, connection, keyId: key });
      await port.subscribe({ tenant, connection, id: 'work', topic: { kind: 'work', target }, position: '' });
      return {
        get told() {
          return messages.flatMap((message) => (message.type === 'work' ? [message.target] : []));
        },
        get isClosed() {
          return !played.posted.has(connection);
        },
        leave: async () => {
          played.posted.delete(connection);
        },
      };
    },
    async close() {
      await played.close();
      made.close();
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
