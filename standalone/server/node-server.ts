import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { SecureContextOptions } from 'node:tls';

import type { SecureServer } from './tls-files.ts';
import { MAXIMUM_HEADER_BYTES } from './unreadable-requests.ts';

/**
 * The time-outs of one connection: 10 s for the agreement on TLS, 10 s for the headers and 30 s for a whole request (1 MiB at 35 kB/s), against clients that send a byte
 * at a time; 60 s for a connection between two requests; 120 s without any byte in either direction, against clients that do not read.
 */
const CONNECTION_BOUNDS = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2000, keepAliveTimeout: 60_000, maxHeaderSize: MAXIMUM_HEADER_BYTES } as const;
const SILENT_MILLISECONDS = 120_000;
const HANDSHAKE_MILLISECONDS = 10_000;

/** The most sockets at once, WebSockets among them. */
const MAXIMUM_SOCKETS = 10_000;

/** Node's server, and the part of it that takes another certificate, where it speaks TLS. */
export type NodeServer = { readonly server: Server; readonly secureServer?: SecureServer };

/** Makes a server with all its bounds. */
export function createNodeServer(listener: RequestListener, secure: SecureContextOptions | undefined): NodeServer {
  if (secure === undefined) return { server: bounded(createHttpServer({ ...CONNECTION_BOUNDS, shouldUpgradeCallback: isWebSocket }, listener)) };
  const secureServer = createHttpsServer({ ...CONNECTION_BOUNDS, handshakeTimeout: HANDSHAKE_MILLISECONDS, shouldUpgradeCallback: isWebSocket, ...secure }, listener);
  return { server: bounded(secureServer), secureServer };
}

/** Other protocols that a client would rather speak, as `h2c`, are left alone: the request is answered in the one it was made in. */
function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

function bounded(server: Server): Server {
  server.setTimeout(SILENT_MILLISECONDS);
  server.maxConnections = MAXIMUM_SOCKETS;
  return server;
}
