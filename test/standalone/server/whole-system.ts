import { randomBytes } from 'node:crypto';

import { createHandlers } from '#application/create-handlers';
import { createApi } from '#application/http/api';
import type { Api } from '#application/http/api';
import type { OperationHandlers } from '#application/handlers';
import type { HttpSettings, Unexpected } from '#application/http/exchange';
import { createMetrics } from '#application/http/metrics';
import type { Metrics } from '#application/http/metrics';
import { serviceOperations } from '#application/http/service-operations';
import { ensureOperatorKey } from '#application/tenants/first-start';
import { MemoryRateLimits } from '#engine/memory-rate-limits';
import { systemClock } from '#engine/system-clock';
import { OpenConnections } from '#standalone/connections';
import { openEngine } from '#standalone/engine';
import type { Engine } from '#standalone/engine';
import { startServer } from '#standalone/server/start-server';
import type { RunningServer } from '#standalone/server/start-server';
import type { StreamSettings } from '#standalone/server/stream-settings';
import { MemoryTickets } from '#standalone/tickets';

import { freshFolder } from '../opened.ts';

/** A rate that no test reaches. */
export const UNLIMITED = { burst: 1_000_000, perSecond: 1_000_000 } as const;

export type WholeOptions = { readonly http?: Partial<HttpSettings>; readonly stream?: Partial<StreamSettings>; readonly port?: number; readonly operations?: (operations: OperationHandlers) => OperationHandlers };

/** The whole standalone engine in this process, as `sluice serve` composes it, on a new data folder and the real clock. */
export type WholeSystem = {
  readonly url: string;
  readonly operatorKey: string;
  readonly api: Api;
  readonly engine: Engine;
  readonly metrics: Metrics;
  readonly server: RunningServer;
  readonly connections: OpenConnections;
  /** Everything unexpected that was met: use cases that threw, answers that do not fit their schema, problems that a route does not name. */
  readonly troubles: readonly unknown[];
  close(): Promise<void>;
};

/** Starts it; every answer is checked against its schema, unless `http` says otherwise. */
export async function openWholeSystem({ http = {}, stream, port = 0, operations = (all) => all }: WholeOptions = {}): Promise<WholeSystem> {
  const { folder, remove } = await freshFolder();
  const troubles: unknown[] = [];
  const [connections, metrics, tickets] = [new OpenConnections(), createMetrics(), new MemoryTickets(systemClock)];
  const service = serviceOperations({ version: '1.2.3', tickets, metrics, readiness: {} });
  const engine = await openEngine({ dataFolder: folder, connections, handlers: () => createHandlers(service), onTrouble: (doing, error) => troubles.push(doing, error) });
  await engine.start();
  const operatorKey = (await ensureOperatorKey(engine.contextOf('operator')))?.key ?? '';
  const report = (unexpected: Unexpected) => troubles.push(unexpected);
  const api = createApi({ operations: operations(engine.handlers.operations), ports: engine.ports, tickets, rateLimits: new MemoryRateLimits(systemClock), metrics, cursorKey: randomBytes(32), settings: { verifyAnswers: true, ...http }, report });
  const server = await startServer({ api, ports: engine.ports, metrics, connections, appended: engine.signals.appended, listen: { host: '127.0.0.1', port }, ...(stream === undefined ? {} : { stream }), report });
  return {
    url: server.url, operatorKey, api, engine, metrics, server, connections, troubles,
    close: async () => {
      await server.close();
      await engine.close();
      await remove();
    },
  };
}
