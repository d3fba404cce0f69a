import { randomBytes } from 'node:crypto';

import { createApi } from '#application/http/api';
import { hashOf } from '#application/http/authenticate';
import type { HttpSettings, Unexpected } from '#application/http/exchange';
import { createMetrics } from '#application/http/metrics';
import { serviceOperations } from '#application/http/service-operations';
import type { Service } from '#application/http/service-operations';
import type { OperationHandlers } from '#application/handlers';
import type { NewEvent } from '#contracts/events';
import { role } from '#contracts/roles';
import type { Role } from '#contracts/roles';
import type { KeyRecord } from '#ports/keys';
import type { Ports } from '#ports/ports';
import { OpenConnections } from '#standalone/connections';
import { MemoryRateLimits } from '#engine/memory-rate-limits';
import { startServer } from '#standalone/server/start-server';
import type { ListenOptions, RunningServer } from '#standalone/server/start-server';
import type { StreamSettings } from '#standalone/server/stream-settings';
import { Signal } from '#standalone/signal';
import { MemoryTickets } from '#standalone/tickets';
import { SqliteWorkflow } from '#standalone/workflow';
import { machines } from '#stepfunctions/machines';

import { openFresh } from '../opened.ts';
import { VirtualTime } from '../virtual-time.ts';
import { exampleOperations } from './example-operations.ts';

/** A tenant of the tests, and the values of its keys. */
export const TENANT = 'acme';
export const OTHER_TENANT = 'globex';

/** The bounds are out of the way of tests that are not about them: time stands still, so buckets never fill again. */
const WIDE = { burst: 100_000, perSecond: 1 };

export type ServedOptions = {
  readonly operations?: Partial<OperationHandlers>;
  readonly http?: Partial<HttpSettings>;
  readonly stream?: Partial<StreamSettings>;
  readonly listen?: Partial<ListenOptions>;
  readonly readiness?: Service['readiness'];
};

/** A server on a new data folder, under virtual time, with the ports of the standalone engine. */
export class Served {
  readonly time: VirtualTime;
  readonly ports: Ports;
  readonly server: RunningServer;
  readonly connections: OpenConnections;
  readonly unexpected: Unexpected[];
  readonly keys: { readonly [R in Role]: string };
  readonly #closePorts: () => Promise<void>;

  private constructor(parts: Pick<Served, 'time' | 'ports' | 'server' | 'connections' | 'unexpected' | 'keys'>, closePorts: () => Promise<void>) {
    this.time = parts.time;
    this.ports = parts.ports;
    this.server = parts.server;
    this.connections = parts.connections;
    this.unexpected = parts.unexpected;
    this.keys = parts.keys;
    this.#closePorts = closePorts;
  }

  static async open(options: ServedOptions = {}): Promise<Served> {
    const time = new VirtualTime();
    const opened = await openFresh(time);
    const connections = new OpenConnections();
    const workflow = new SqliteWorkflow({ database: opened.database, machines, clock: time, random: () => 0, changed: new Signal() });
    const ports = { ...opened.ports, workflow, connections };
    const metrics = createMetrics();
    const tickets = new MemoryTickets(time);
    const unexpected: Unexpected[] = [];
    const service = serviceOperations({ version: '1.2.3', tickets, metrics, readiness: options.readiness ?? { storage: async () => void (await ports.events.feedEnd(TENANT)) } });
    const report = (one: Unexpected) => unexpected.push(one);
    const api = createApi({
      operations: { ...exampleOperations(), ...service, ...options.operations }, ports, tickets, rateLimits: new MemoryRateLimits(time), metrics, cursorKey: randomBytes(32),
      settings: { verifyAnswers: true, keyRate: WIDE, tenantRate: WIDE, guessRate: WIDE, ...options.http }, report,
    });
    const server = await startServer({
      api, ports, metrics, connections, appended: opened.signals.appended, listen: { host: '127.0.0.1', port: 0, ...options.listen }, holdRefusedMilliseconds: 0,
      ...(options.stream === undefined ? {} : { stream: options.stream }), report,
    });
    const made = await Promise.all(role.options.map(async (one) => [one, await makeKey(ports, { tenant: one === 'operator' ? 'operator' : TENANT, role: one })] as const));
    return new Served({ time, ports, server, connections, unexpected, keys: keysByRole(made) }, opened.close);
  }

  get url(): string {
    return this.server.url;
  }

  /** One request; the body goes as JSON, the key as Bearer. */
  async request(method: string, path: string, given: { readonly key?: string; readonly body?: unknown; readonly headers?: { readonly [name: string]: string } } = {}): Promise<Response> {
    const body = given.body === undefined ? {} : { body: typeof given.body === 'string' ? given.body : JSON.stringify(given.body) };
    const headers = { ...(given.key === undefined ? {} : { authorization: `Bearer ${given.key}` }), ...(given.body === undefined ? {} : { 'content-type': 'application/json' }), ...given.headers };
    return await fetch(`${this.url}${path}`, { method, headers, ...body });
  }

  /** Appends one event to a stream of a tenant, as its next. */
  async append(stream: string, event: NewEvent, tenant = TENANT): Promise<void> {
    const last = await this.ports.events.readLast({ tenant, stream });
    await this.ports.events.append({ tenant, stream, expectedVersion: last?.version ?? 0, events: [event], at: this.time.in(0), traceId: this.ports.ids.trace() });
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.#closePorts();
  }
}

/** Makes a key and answers its value. */
export async function makeKey(ports: Pick<Ports, 'keys' | 'ids' | 'clock'>, of: Pick<KeyRecord, 'tenant' | 'role'> & Partial<KeyRecord>): Promise<string> {
  const value = ports.ids.secret('slk_');
  await ports.keys.create({
    id: ports.ids.deployment(ports.clock.now()).replace('dep-', 'key-'), name: of.role, prefix: value.slice(0, 8), hash: hashOf(value), target: of.role === 'agent' ? 'edge-1' : null,
    createdAt: new Date(ports.clock.now()).toISOString(), expiresAt: null, lastUsedAt: null, revokedAt: null, ...of,
  });
  return value;
}

function keysByRole(made: readonly (readonly [Role, string])[]): { readonly [R in Role]: string } {
  const of = (wanted: Role) => made.find(([one]) => one === wanted)?.[1] ?? '';
  return { admin: of('admin'), deployer: of('deployer'), approver: of('approver'), viewer: of('viewer'), agent: of('agent'), operator: of('operator') };
}
