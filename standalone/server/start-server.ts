import type { Api } from '#application/http/api';
import type { Unexpected } from '#application/http/exchange';
import type { Metrics } from '#application/http/metrics';
import { Failure } from '#contracts/errors';
import type { Ports } from '#ports/ports';

import type { OpenConnections } from '../connections.ts';
import type { AppendedSignal } from './feeds.ts';
import { createHoldRefused, HOLD_MILLISECONDS } from './hold-refused.ts';
import { listen, stop } from './listening.ts';
import { createNodeServer } from './node-server.ts';
import { createRequestListener } from './request-listener.ts';
import { createSiteCheck, isLoopback } from './site-check.ts';
import { StreamServer } from './stream-server.ts';
import { defaultStreamSettings } from './stream-settings.ts';
import type { StreamSettings } from './stream-settings.ts';
import { readTls, TlsReload } from './tls-files.ts';
import type { TlsFiles } from './tls-files.ts';
import { refuseUnreadable } from './unreadable-requests.ts';
import { Watch } from './watch.ts';

/** Where a server listens. */
export type ListenOptions = {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls?: TlsFiles;
  /** Lets a server listen beyond loopback without TLS, as behind something else that speaks TLS. */
  readonly insecure?: boolean;
  /** Further names by which clients call the server. */
  readonly allowedHosts?: readonly string[];
};

/** What a server is built on. */
export type ServerOptions = {
  readonly api: Api;
  readonly ports: Pick<Ports, 'events' | 'clock' | 'ids'>;
  readonly metrics: Metrics;
  readonly connections: OpenConnections;
  readonly appended: AppendedSignal;
  readonly listen: ListenOptions;
  readonly stream?: Partial<StreamSettings>;
  /** How long an answer to one request too many waits; 0 in tests whose time stands still. */
  readonly holdRefusedMilliseconds?: number;
  /** Told of everything unexpected. Must not throw. */
  readonly report: (unexpected: Unexpected) => void;
};

/** A server that listens. */
export type RunningServer = {
  /** Where to reach it, as `http://127.0.0.1:7700`. */
  readonly url: string;
  readonly port: number;
  /** Closes connections of invalid keys, and takes a changed certificate. The server does so by itself; answers when it is done. */
  check(): Promise<void>;
  /** Takes nothing more, finishes what runs (at most 10 s), closes WebSockets with 1001. */
  close(): Promise<void>;
};

/**
 * Listens with HTTP and WebSocket.
 * @throws Failure `rule-broken` for an address beyond loopback without TLS, or TLS files that are none; the system's error when it cannot listen
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host, tls, insecure = false, allowedHosts = [] } = options.listen;
  if (!isLoopback(host) && tls === undefined && !insecure) {
    throw new Failure('rule-broken', { detail: `${host} is reachable by others: give SLUICE_TLS_CERT and SLUICE_TLS_KEY, or --insecure where something else speaks TLS`, errors: [{ field: 'host', rule: 'must be a loopback address without TLS', value: host }] });
  }
  const checkSite = createSiteCheck({ host, allowedHosts });
  const holdRefused = createHoldRefused(options.holdRefusedMilliseconds ?? HOLD_MILLISECONDS);
  const stream = new StreamServer({ ...options, holdRefused, settings: { ...defaultStreamSettings, ...options.stream }, checkSite });
  const secure = tls === undefined ? undefined : await readTls(tls);
  const listener = createRequestListener(options.api, { holdRefused, checkSite, ids: options.ports.ids, isSecure: secure !== undefined });
  const { server, secureServer } = createNodeServer(listener, secure);
  refuseUnreadable(server, options.api, options.ports.ids);
  server.on('upgrade', (request, socket, head) => void stream.upgrade(request, socket, head));
  const port = await listen(server, options.listen);
  const reload = tls === undefined || secure === undefined || secureServer === undefined ? undefined : new TlsReload(tls, secureServer, secure);
  const watch = new Watch({ connections: () => stream.check(), certificate: async () => void (await reload?.check()) }, (name, error) => options.report({ error, traceId: '', operation: `check of ${name}` }));
  watch.start();
  return {
    url: `${secure === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    check: () => watch.check(),
    async close() {
      watch.stop();
      await stop(server, () => stream.close());
    },
  };
}
