import * as z from 'zod';

import { route } from '#contracts/http/route';

/** The routes of the service itself. */
export const serviceRoutes = {
  getService: route({ method: 'GET', path: '/v1', permission: 'key', summary: 'What this service is, and where its stream is', response: z.strictObject({ name: z.literal('sluice'), version: z.string(), streamUrl: z.string(), tenant: z.string().nullable(), role: z.string() }) }),
  createStreamTicket: route({ method: 'POST', path: '/v1/stream-tickets', permission: 'ticket:create', summary: 'Get a ticket that opens one WebSocket within 30 s', status: 201, response: z.strictObject({ ticket: z.string(), expiresAt: z.iso.datetime() }) }),
  getOpenapi: route({ method: 'GET', path: '/openapi.json', permission: 'public', summary: 'This document', response: z.record(z.string(), z.unknown()) }),
  getHealth: route({ method: 'GET', path: '/healthz', permission: 'public', summary: 'Whether the process lives', response: z.strictObject({ status: z.literal('ok') }) }),
  getReadiness: route({ method: 'GET', path: '/readyz', permission: 'public', summary: 'Whether requests are answered: storage writes, queues move', response: z.strictObject({ status: z.literal('ok') }), problems: ['unavailable'] }),
  getMetrics: route({ method: 'GET', path: '/metrics', permission: 'public', summary: 'Counters in the Prometheus text format (text/plain)', response: z.string() }),
  getDocumentation: route({ method: 'GET', path: '/docs', permission: 'public', summary: 'A page that shows the OpenAPI document (text/html)', response: z.string() }),
} as const;
