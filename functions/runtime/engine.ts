import { createHmac } from 'node:crypto';

import { createHandlers } from '#application/create-handlers';
import type { Context } from '#application/context';
import type { Handlers } from '#application/handlers';
import { createApi } from '#application/http/api';
import type { Api } from '#application/http/api';
import { createMetrics } from '#application/http/metrics';
import { serviceOperations } from '#application/http/service-operations';
import { openAwsPorts } from '#aws/open-ports';
import type { AwsPorts } from '#aws/open-ports';
import { functionEnvironment } from '#contracts/function-environment';
import { MemoryRateLimits } from '#engine/memory-rate-limits';

import { logger } from './logger.ts';

/** The environment of this function, parsed once. */
export const environment = functionEnvironment.parse(process.env);

/** The ports of this function. */
export const opened: AwsPorts = openAwsPorts(environment);

/** What the outside of the service consists of; a function counts only its own requests, so operators read CloudWatch instead of `/metrics`. */
const metrics = createMetrics();
const service = serviceOperations({
  version: environment.SLUICE_VERSION, streamUrl: environment.SLUICE_STREAM_URL, tickets: opened.tickets, metrics,
  readiness: { storage: async () => { await opened.ports.keys.list('operator', { limit: 1 }); } },
});

/** The use cases. */
export const handlers: Handlers = createHandlers(service);

/** What a use case of a tenant is given. */
export function contextOf(tenant: string, traceId = opened.ports.ids.trace()): Context {
  return { ports: opened.ports, tenant, traceId };
}

/** The API; what signs cursors is derived from a data key, so that all functions have the same. */
export async function openApi(): Promise<Api> {
  const cursorKey = createHmac('sha256', await opened.dataKeyOf('operator')).update('cursor-key').digest();
  const { ports, tickets } = opened;
  const report = ({ error, traceId, operation }: { readonly error: unknown; readonly traceId: string; readonly operation: string }) => logger.error('unexpected', { error, traceId, operation });
  return createApi({ operations: handlers.operations, ports, tickets, rateLimits: new MemoryRateLimits(ports.clock), metrics, cursorKey, report });
}
