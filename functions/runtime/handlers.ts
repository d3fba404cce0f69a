import { createHandlers } from '#application/create-handlers';
import type { Handlers } from '#application/handlers';
import { serviceOperations } from '#application/http/service-operations';

import { environment, opened } from './engine.ts';
import { processMetrics } from './outside.ts';

/** The use cases. */
export const handlers: Handlers = createHandlers(serviceOperations({
  version: environment.SLUICE_VERSION, streamUrl: environment.SLUICE_STREAM_URL, tickets: opened.tickets, metrics: processMetrics,
  readiness: { storage: async () => { await opened.ports.keys.list('operator', { limit: 1 }); } },
}));
