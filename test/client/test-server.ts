import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

import { errors } from '#contracts/errors';
import type { ErrorCode } from '#contracts/errors';
import { routes } from '#contracts/http/routes';
import type { Operation } from '#contracts/http/routes';
import { clientMessage } from '#contracts/stream';
import type { ClientMessage, ServerMessage } from '#contracts/stream';

/** One request as the server received it. */
export type Received = { readonly operation: Operation; readonly params: Readonly<Record<string, string>>; readonly query: Readonly<Record<string, string>>; readonly body: unknown; readonly headers: IncomingHttpHeaders };

/** What a test has the server answer. */
export type Reply = { readonly status?: number; readonly body?: unknown; readonly text?: string; readonly headers?: Readonly<Record<string, string>> };

export type Behaviour = { readonly [Name in Operation]?: (request: Received) => Reply | Promise<Reply> };

/** A WebSocket connection as the server sees it. */
export type Peer = { readonly send: (message: ServerMessage) => void; readonly sendText: (text: string) => void; readonly drop: () => void; readonly received: readonly ClientMessage[]; readonly key: string | undefined };

export type TestServer = {
  readonly url: string;
  readonly received: Received[];
  readonly peers: Peer[];
  /** Called for each message of a peer. */
  onMessage: (peer: Peer, message: ClientMessage) => void;
  /** Refuses the next handshakes with these answers, one each. */
  readonly refusals: Reply[];
  readonly close: () => Promise<void>;
};

/** A problem document as the contracts describe it. */
export function problemReply(code: ErrorCode, detail: string, more: { readonly headers?: Readonly<Record<string, string>>; readonly errors?: unknown } = {}): Reply {
  const { status, title, errorType, severity, retriable, recoveryActions } = errors[code];
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...more.headers },
    body: { type: `https://sluice.dev/problems/${code}`, title, status, detail, code, errorType, severity, retriable, recoveryActions, traceId: 'f'.repeat(32), ...(more.errors === undefined ? {} : { errors: more.errors }) },
  };
}

/** A server that knows every route of the table and answers as the test says; what the test says nothing of is not found. */
export async function startTestServer(behaviour: Behaviour): Promise<TestServer> {
  const received: Received[] = [];
  const peers: Peer[] = [];
  const refusals: Reply[] = [];
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const found = find(request.method ?? '', new URL(request.url ?? '', 'http://test'), { headers: request.headers, text: Buffer.concat(chunks).toString('utf8') });
      if (found !== undefined) received.push(found);
      void respond(response, found, found === undefined ? undefined : (behaviour[found.operation] ?? (found.operation === 'getService' ? () => serviceOf(http) : undefined)));
    });
  });
  const sockets = new WebSocketServer({ noServer: true });
  const server: TestServer = {
    get url() {
      return `http://127.0.0.1:${portOf(http)}`;
    },
    received, peers, refusals,
    onMessage: () => undefined,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  http.on('upgrade', (request, socket, head) => {
    const refusal = refusals.shift();
    if (refusal !== undefined) {
      const text = JSON.stringify(refusal.body);
      socket.end(`HTTP/1.1 ${refusal.status ?? 500} Refused\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => peers.push(peerOf(webSocket, request.headers.authorization, server)));
  });
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

function serviceOf(http: Server): Reply {
  return { body: { name: 'sluice', version: '0.1.0', streamUrl: `ws://127.0.0.1:${portOf(http)}/stream`, tenant: 'default', role: 'admin' } };
}

async function respond(response: ServerResponse, found: Received | undefined, handler: ((request: Received) => Reply | Promise<Reply>) | undefined): Promise<void> {
  const answer = found === undefined || handler === undefined ? problemReply('not-found', 'nothing is here') : await handler(found);
  const status = answer.status ?? (found === undefined ? 200 : routes[found.operation].status);
  response.writeHead(status, { 'content-type': 'application/json', ...answer.headers });
  response.end(answer.text ?? (status === 204 ? undefined : JSON.stringify(answer.body)));
}

function peerOf(socket: WebSocket, key: string | undefined, server: TestServer): Peer {
  const received: ClientMessage[] = [];
  const peer: Peer = { send: (message) => socket.send(JSON.stringify(message)), sendText: (text) => socket.send(text), drop: () => socket.terminate(), received, key };
  socket.on('message', (data) => {
    const message = clientMessage.parse(JSON.parse(String(data)));
    received.push(message);
    server.onMessage(peer, message);
  });
  return peer;
}

function portOf(http: Server): number {
  const address: AddressInfo | string | null = http.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const table = Object.keys(routes).filter((name): name is Operation => name in routes).map((operation) => ({ operation, route: routes[operation] })).map(({ operation, route }) => ({
  operation, route, pattern: new RegExp(`^${route.path.replaceAll(/[.]/g, '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));

function find(method: string, url: URL, rest: { readonly headers: IncomingHttpHeaders; readonly text: string }): Received | undefined {
  for (const { operation, route, pattern } of table) {
    const match = pattern.exec(url.pathname);
    if (match === null || route.method !== method) continue;
    const params = Object.fromEntries(Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]));
    return { operation, params, query: Object.fromEntries(url.searchParams), body: rest.text === '' ? undefined : JSON.parse(rest.text), headers: rest.headers };
  }
  return undefined;
}
