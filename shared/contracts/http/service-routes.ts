import * as z from 'zod';

import { route } from '#contracts/http/route';

/** The routes of the service itself. */
export const serviceRoutes = {
  getService: route({ method: 'GET', path: '/v1', permission: 'key', summary: 'What this service is, and where its stream is', response: z.strictObject({ name: z.literal('sluice'), version: z.string(), streamUrl: z.string(), tenant: z.string().nullable(), role: z.string() }), examples: { response: { name: 'sluice', version: '0.1.0', streamUrl: 'ws://127.0.0.1:7700/v1/stream', tenant: 'default', role: 'admin' } } }),
  createStreamTicket: route({ method: 'POST', path: '/v1/stream-tickets', permission: 'ticket:create', summary: 'Get a ticket that opens one WebSocket within 30 s', status: 201, response: z.strictObject({ ticket: z.string(), expiresAt: z.iso.datetime() }), secret: 'answer', examples: { response: { ticket: 'slt_5b7c… (shown this once)', expiresAt: '2026-11-21T13:43:22.000Z' } } }),
  getOpenapi: route({ method: 'GET', path: '/openapi.json', permission: 'public', summary: 'This document', response: z.record(z.string(), z.unknown()), examples: { response: { openapi: '3.1.0' } } }),
  getHealth: route({ method: 'GET', path: '/healthz', permission: 'public', summary: 'Whether the process lives', response: z.strictObject({ status: z.literal('ok') }), examples: { response: { status: 'ok' } } }),
  getReadiness: route({ method: 'GET', path: '/readyz', permission: 'public', summary: 'Whether requests are answered: storage writes, queues move', response: z.strictObject({ status: z.literal('ok') }), problems: ['unavailable'], examples: { response: { status: 'ok' } } }),
  getMetrics: route({ method: 'GET', path: '/metrics', permission: 'public', summary: 'Counters in the Prometheus text format (text/plain)', mediaType: 'text/plain', response: z.string(), examples: { response: '# TYPE sluice_http_requests_total counter\n' } }),
  getDocumentation: route({ method: 'GET', path: '/docs', permission: 'public', summary: 'A page that shows the OpenAPI document (text/html)', mediaType: 'text/html', response: z.string(), examples: { response: '<!doctype html>' } }),
} as const;
