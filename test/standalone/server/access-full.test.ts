import { randomBytes } from 'node:crypto';

import { afterAll, describe, expect, it } from 'vitest';

import { createHandlers } from '#application/create-handlers';
import { createApi } from '#application/http/api';
import type { Unexpected } from '#application/http/exchange';
import { createMetrics } from '#application/http/metrics';
import { serviceOperations } from '#application/http/service-operations';
import { ensureOperatorKey } from '#application/tenants/first-start';
import { systemClock } from '#engine/system-clock';
import { OpenConnections } from '#standalone/connections';
import { openEngine } from '#standalone/engine';
import { MemoryRateLimits } from '#engine/memory-rate-limits';
import { startServer } from '#standalone/server/start-server';
import { MemoryTickets } from '#standalone/tickets';

import { freshFolder } from '../opened.ts';
import { describeAccess } from './access-matrix.ts';
import { prepareMatrix } from './matrix-system.ts';

let close: () => Promise<void> = async () => undefined;
const troubles: unknown[] = [];
afterAll(async () => await close());

describe('the outside, with all use cases', () => {
  describeAccess(async () => {
    const { folder, remove } = await freshFolder();
    const [connections, metrics, tickets] = [new OpenConnections(), createMetrics(), new MemoryTickets(systemClock)];
    const service = serviceOperations({ version: '1.2.3', tickets, metrics, readiness: {} });
    const engine = await openEngine({ dataFolder: folder, connections, handlers: () => createHandlers(service), onTrouble: (doing, error) => troubles.push(doing, error) });
    await engine.start();
    const operatorKey = await ensureOperatorKey(engine.contextOf('operator'));
    const report = (unexpected: Unexpected) => troubles.push(unexpected);
    const api = createApi({ operations: engine.handlers.operations, ports: engine.ports, tickets, rateLimits: new MemoryRateLimits(systemClock), metrics, cursorKey: randomBytes(32), settings: { verifyAnswers: true }, report });
    const server = await startServer({ api, ports: engine.ports, metrics, connections, appended: engine.signals.appended, listen: { host: '127.0.0.1', port: 0 }, report });
    close = async () => {
      await server.close();
      await engine.close();
      await remove();
    };
    return await prepareMatrix(server.url, operatorKey?.key ?? '');
  });

  it('met nothing unexpected on the way', () => {
    expect(troubles).toEqual([]);
  });
});
