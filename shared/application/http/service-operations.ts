import type { OperationHandlers } from '#application/handlers';
import { hashOf } from '#application/http/authenticate';
import { documentationPage } from '#application/http/documentation-page';
import type { Metrics } from '#application/http/metrics';
import { Failure } from '#contracts/errors';
import { openapiDocument } from '#contracts/openapi';
import { STREAM_PATH } from '#contracts/stream';
import type { Tickets } from '#ports/tickets';

/** The operations about the service itself. */
export type ServiceOperation = 'getService' | 'createStreamTicket' | 'getOpenapi' | 'getHealth' | 'getReadiness' | 'getMetrics' | 'getDocumentation';

/** What the operations about the service need. */
export type Service = {
  /** The version of this software. */
  readonly version: string;
  /** Where the stream is, when it is not beside the address that the caller used. */
  readonly streamUrl?: string;
  readonly tickets: Tickets;
  /** Makes a ticket of a random text, for an engine that can tell its own from others. Default: the text. */
  readonly ticketOf?: (random: string) => Promise<string>;
  readonly metrics: Metrics;
  /** What must work before requests are taken, by name; each throws when it does not. */
  readonly readiness: { readonly [check: string]: () => Promise<void> };
};

/** A browser needs the time of one round trip to open its WebSocket; 30 s is that on the worst of networks. */
const TICKET_MILLISECONDS = 30_000;

/** Makes the operations about the service itself. */
export function serviceOperations(service: Service): Pick<OperationHandlers, ServiceOperation> {
  const document = once(() => openapiDocument(service.version));
  const page = once(() => documentationPage(document()));
  return {
    getService: async ({ caller, baseUrl }) => ({
      body: { name: 'sluice', version: service.version, streamUrl: service.streamUrl ?? streamUrlBeside(baseUrl), tenant: caller.role === 'operator' ? null : caller.tenant, role: caller.role },
    }),
    createStreamTicket: async ({ caller, ports }) => {
      const random = ports.ids.secret('slt_');
      const ticket = (await service.ticketOf?.(random)) ?? random;
      const expiresAt = new Date(ports.clock.now() + TICKET_MILLISECONDS).toISOString();
      await service.tickets.issue({ hash: hashOf(ticket), tenant: caller.tenant, keyId: caller.keyId, expiresAt });
      return { body: { ticket, expiresAt } };
    },
    getOpenapi: async () => ({ body: document() }),
    getHealth: async () => ({ body: { status: 'ok' } }),
    getReadiness: async () => {
      for (const [name, check] of Object.entries(service.readiness)) await assertReady(name, check);
      return { body: { status: 'ok' } };
    },
    getMetrics: async () => ({ body: service.metrics.text() }),
    getDocumentation: async () => ({ body: page() }),
  };
}

async function assertReady(name: string, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    throw new Failure('unavailable', { detail: `${name} does not work now`, component: name, retryAfterSeconds: 5, cause: error });
  }
}

function streamUrlBeside(baseUrl: string | undefined): string {
  if (baseUrl === undefined) throw new Error('the engine names neither the stream\'s address nor the caller\'s');
  return `${baseUrl.replace(/^http/, 'ws')}${STREAM_PATH}`;
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
