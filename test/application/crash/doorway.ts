import { createApi } from '#application/http/api';
import { hashOf } from '#application/http/authenticate';
import type { HttpAnswer } from '#application/http/exchange';
import { createMetrics } from '#application/http/metrics';
import type { Engine } from '#standalone/engine';
import { MemoryRateLimits } from '#engine/memory-rate-limits';
import { MemoryTickets } from '#standalone/tickets';

/** The value of the key by which people ask, and the bytes that sign cursors. */
const KEY = 'slk_people';
const CURSOR_KEY = new Uint8Array(32).fill(7);

/** Makes the key by which people ask. */
export async function letPeopleIn({ ports }: Engine): Promise<void> {
  await ports.keys.create({ id: 'people', tenant: 'default', name: 'alice', prefix: 'slk_', hash: hashOf(KEY), role: 'admin', target: null, createdAt: new Date(ports.clock.now()).toISOString(), expiresAt: null, lastUsedAt: null, revokedAt: null });
}

/** Posts as a client does that repeats a request under its idempotency key until it has an answer. */
export async function post({ ports, handlers }: Engine, request: { readonly path: string; readonly body: unknown; readonly idempotencyKey: string }): Promise<HttpAnswer> {
  const api = createApi({ operations: handlers.operations, ports, tickets: new MemoryTickets(ports.clock), rateLimits: new MemoryRateLimits(ports.clock), metrics: createMetrics(), cursorKey: CURSOR_KEY, report: () => {} });
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', 'idempotency-key': request.idempotencyKey };
  return await api.handle({ method: 'POST', path: request.path, query: '', headers, readBody: async () => new TextEncoder().encode(JSON.stringify(request.body)), clientAddress: '127.0.0.1' });
}
