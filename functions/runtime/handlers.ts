import { createHandlers } from '#application/create-handlers';
import type { Handlers } from '#application/handlers';
import { serviceOperations } from '#application/http/service-operations';
import { askedSeldom } from '#aws/asked-seldom';

import { environment, opened } from './engine.ts';
import { processMetrics } from './outside.ts';
import { openTicketSigner } from './tickets.ts';

const { ports, tickets } = opened;

/** Anybody may ask whether the service is ready, without a key: the table is asked once in this time. */
const READINESS_MILLISECONDS = 5000;

/** The use cases. */
export const handlers: Handlers = createHandlers(serviceOperations({
  version: environment.SLUICE_VERSION, streamUrl: environment.SLUICE_STREAM_URL, tickets, metrics: processMetrics,
  ticketOf: async (random) => (await openTicketSigner()).sign(random),
  readiness: { storage: askedSeldom(async () => { await ports.keys.list('operator', { limit: 1 }); }, { milliseconds: READINESS_MILLISECONDS, clock: ports.clock }) },
}));
