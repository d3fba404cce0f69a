import type { CallContext, Context } from '#application/context';
import { createHandlers } from '#application/create-handlers';
import { Failure } from '#contracts/errors';
import type { NewEvent } from '#contracts/events';
import { routes } from '#contracts/http/routes';
import type { Operation, OperationInput, OperationOutput } from '#contracts/http/routes';
import type { Role } from '#contracts/roles';
import type { Ports } from '#ports/ports';
import { OpenConnections } from '#standalone/connections';
import { openEngine } from '#standalone/engine';
import type { Engine } from '#standalone/engine';
import { freshFolder } from '#test/standalone/opened';
import { VirtualTime } from '#test/standalone/virtual-time';

import { noOutside } from './no-outside.ts';

/** Who calls, in which tenant, and on which version. */
export type As = { readonly role?: Role; readonly tenant?: string; readonly ifMatchVersion?: number };

type Input = { readonly params?: object; readonly query?: object; readonly body?: unknown };

/**
 * All use cases on the real ports of a data folder, with everything at rest: no event is relayed or projected, no timer fires and no
 * machine runs, unless the test calls for it. So a test sees exactly what a call itself leaves behind.
 */
export class QuietSystem {
  readonly time: VirtualTime;
  readonly engine: Engine;
  readonly connections: OpenConnections;
  readonly folder: string;
  /** Ports of another engine, in place of those of the data folder. */
  replacing: Partial<Ports> = {};
  readonly #remove: () => Promise<void>;

  private constructor(parts: Pick<QuietSystem, 'time' | 'engine' | 'connections' | 'folder'> & { readonly remove: () => Promise<void> }) {
    this.time = parts.time;
    this.engine = parts.engine;
    this.connections = parts.connections;
    this.folder = parts.folder;
    this.#remove = parts.remove;
  }

  static async open(): Promise<QuietSystem> {
    const { folder, remove } = await freshFolder();
    const time = new VirtualTime();
    const connections = new OpenConnections();
    const engine = await openEngine({ dataFolder: folder, connections, handlers: () => createHandlers(noOutside), clock: time, sleeper: time, random: () => 0, onTrouble: () => {} });
    return new QuietSystem({ time, engine, connections, folder, remove });
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.#remove();
  }

  get ports(): Ports {
    return { ...this.engine.ports, ...this.replacing };
  }

  context(tenant = 'default', ports: Ports = this.ports): Context {
    return { ...this.engine.contextOf(tenant), ports };
  }

  /** Calls an operation as the outside does: its input goes through the schemas of its route. */
  async call<Name extends Operation>(operation: Name, input: Input = {}, as: As = {}): Promise<OperationOutput<Name>> {
    return (await this.answer(operation, input, as)).body;
  }

  /** As `call`, with the version that becomes the ETag. */
  async answer<Name extends Operation>(operation: Name, input: Input = {}, as: As = {}): Promise<{ readonly body: OperationOutput<Name>; readonly version?: number }> {
    const { role = 'admin', tenant = 'default', ifMatchVersion } = as;
    const context: CallContext = { ...this.context(tenant), caller: { tenant, keyId: 'key-alice', keyName: 'alice', role, target: null }, ifMatchVersion };
    return await this.engine.handlers.operations[operation](context, parseInput(operation, input));
  }

  /** The failure that a call ends with. */
  async refusal(operation: Operation, input: Input = {}, as: As = {}): Promise<Failure> {
    const ended = await this.answer(operation, input, as).catch((error: unknown) => error);
    if (ended instanceof Failure) return ended;
    throw new Error(`${operation} was not refused: ${ended instanceof Error ? (ended.stack ?? '') : JSON.stringify(ended)}`);
  }

  /** The events of a stream, without what no test looks at. */
  async events(stream: string, tenant = 'default'): Promise<readonly { readonly type: string; readonly payload: unknown }[]> {
    const stored = await this.ports.events.read({ tenant, stream });
    return stored.map(({ type, payload }) => ({ type, payload }));
  }

  /** Appends events to a stream behind the use cases' back. */
  async append(stream: string, ...events: readonly NewEvent[]): Promise<void> {
    const last = await this.ports.events.readLast({ tenant: 'default', stream });
    await this.ports.events.append({ tenant: 'default', stream, expectedVersion: last?.version ?? 0, events, at: this.time.in(0), traceId: 'trace' });
  }

  /** Projects a stream's events, all from the first on. */
  async project(stream: string, tenant = 'default'): Promise<void> {
    for (const event of await this.ports.events.read({ tenant, stream })) await this.engine.handlers.project(this.context(tenant), event);
  }
}

function parseInput<Name extends Operation>(operation: Name, { params = {}, query = {}, body = {} }: Input): OperationInput<Name> {
  const route = routes[operation];
  return { params: route.params.parse(params), query: route.query.parse(query), body: route.body === null ? undefined : route.body.parse(body) } as OperationInput<Name>;
}
