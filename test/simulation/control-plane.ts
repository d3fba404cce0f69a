import { createHandlers } from '#application/create-handlers';
import type { CallContext } from '#application/context';
import type { Handlers, OperationHandlers } from '#application/handlers';
import { createApi } from '#application/http/api';
import type { Api } from '#application/http/api';
import type { HttpAnswer, HttpRequest } from '#application/http/exchange';
import { createMetrics } from '#application/http/metrics';
import { MemoryRateLimits } from '#engine/memory-rate-limits';
import { OpenConnections } from '#standalone/connections';
import type { DatabaseReply, DatabaseRequest } from '#standalone/database-messages';
import { openEngine } from '#standalone/engine';
import type { Engine } from '#standalone/engine';
import { Feeds } from '#standalone/server/feeds';
import type { StreamContext } from '#standalone/server/stream-connection';
import { createStreamMetrics } from '#standalone/server/stream-metrics';
import { defaultStreamSettings } from '#standalone/server/stream-settings';
import { MemoryTickets } from '#standalone/tickets';

import type { Chance } from '../application/crash/chance.ts';
import { chanceOf } from './dice.ts';
import type { Faults } from './faults.ts';
import { HostClock } from './host-clock.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedIds } from './simulated-ids.ts';
import { simulatedThread } from './simulated-thread.ts';
import type { Life } from './simulated-thread.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** Nobody is there to answer, or was no more when the answer was ready. */
export class Unreachable extends Error {}

/** What the control plane is told of, and tells. */
export type ControlPlaneOptions = {
  readonly seed: number;
  readonly time: SimulatedTime;
  readonly faults: Faults;
  /** A folder for what is not in the database: blobs, which no simulated plan is large enough for, and the master key. */
  readonly folder: string;
  /** Puts everything that has no order, and may be done again, into disorder. */
  readonly disorder: (handlers: Handlers, isAlive: () => boolean) => Handlers;
  readonly committed: (requests: readonly DatabaseRequest[], replies: readonly DatabaseReply[]) => void;
  readonly announced: (tenant: string, target: string) => void;
  readonly troubled: (doing: string, error: unknown) => void;
};

/** When it is to die: so many writes from now on, and whether the last of them is still made, or made and answered. */
type Death = { writes: number; readonly moment: 'before' | 'after' };

type Running = { readonly life: Life; readonly engine: Engine; readonly api: Api; readonly stream: StreamContext; readonly connections: OpenConnections; readonly calls: Set<(error: Error) => void> };

/** The bytes that sign cursors, the same in each life. */
const CURSOR_KEY = new Uint8Array(32).fill(7);

const unavailable = async (): Promise<never> => await Promise.reject(new Error('the simulated control plane has no outside of that kind'));
const service: Pick<OperationHandlers, 'getService' | 'createStreamTicket' | 'getOpenapi' | 'getHealth' | 'getReadiness' | 'getMetrics' | 'getDocumentation'> = {
  getService: unavailable, createStreamTicket: unavailable, getOpenapi: unavailable, getHealth: unavailable, getReadiness: unavailable, getMetrics: unavailable, getDocumentation: unavailable,
};

/** What only reads, by the names of transaction functions; all others write. */
const READING = /^(read|due|next|get|list|find|parked|leasesOf|queued|count|secretFacts)/;

/** The control plane on its host: it may die at any write, and begins anew on what the disk holds. */
export class ControlPlane {
  readonly clock: HostClock;
  readonly disk = new SimulatedDisk();
  readonly ids: SimulatedIds;
  writes = 0;
  lives = 0;
  readonly #options: ControlPlaneOptions;
  readonly #chance: Chance;
  #death: Death | undefined;
  #died: () => void = () => undefined;
  #running: Running | undefined;

  constructor(options: ControlPlaneOptions) {
    this.#options = options;
    this.#chance = chanceOf(options.seed, 'disk');
    this.clock = new HostClock(options.time);
    this.ids = new SimulatedIds(chanceOf(options.seed, 'ids'));
  }

  /** The engine of the present life. @throws Unreachable when there is none */
  get engine(): Engine {
    return this.#present.engine;
  }

  get isUp(): boolean {
    return this.#running !== undefined;
  }

  get #present(): Running {
    if (this.#running === undefined) throw new Unreachable('the control plane is down');
    return this.#running;
  }

  /** Begins a life on what the disk holds. */
  async start(): Promise<void> {
    const { time, faults, folder, disorder, announced, troubled } = this.#options;
    const life: Life = { isAlive: true, isBeginning: true };
    const connections = new OpenConnections();
    const around = { time, faults, disk: this.disk, chance: this.#chance, before: (requests: readonly DatabaseRequest[]) => this.#before(life, requests), committed: (requests: readonly DatabaseRequest[], replies: readonly DatabaseReply[]) => this.#committed(life, requests, replies) };
    const engine = await openEngine({
      dataFolder: folder, clock: this.clock, sleeper: this.clock, ids: this.ids, random: this.#chance.next, startThread: simulatedThread(life, around),
      connections: { announceWork: async (tenant, target) => announced(tenant, target), closeKey: async (tenant, key) => await connections.closeKey(tenant, key) },
      handlers: () => disorder(createHandlers(service), () => life.isAlive),
      onTrouble: (doing, error) => { if (life.isAlive) troubled(doing, error); },
    });
    const metrics = createMetrics();
    const api = createApi({ operations: engine.handlers.operations, ports: engine.ports, tickets: new MemoryTickets(this.clock), rateLimits: new MemoryRateLimits(this.clock), metrics, cursorKey: CURSOR_KEY, report: ({ error, operation }) => troubled(operation, error) });
    const stream: StreamContext = { api, ports: engine.ports, feeds: new Feeds(engine.ports.events, engine.signals.appended), settings: defaultStreamSettings, metrics: createStreamMetrics(metrics, connections), rateLimits: new MemoryRateLimits(this.clock), subscriptionsOf: () => 0 };
    this.#running = { life, engine, api, stream, connections, calls: new Set() };
    life.isBeginning = false;
    this.lives += 1;
    void engine.start().catch((error: unknown) => { if (life.isAlive) troubled('the start', error); });
  }

  /** Lets it die at one of its next writes; `died` hears of it. */
  dieAfter(writes: number, moment: Death['moment'], died: () => void): void {
    this.#death = { writes, moment };
    this.#died = died;
  }

  /** Makes a request over HTTP. @throws Unreachable when it does not live to the answer */
  async handle(request: HttpRequest): Promise<HttpAnswer> {
    return await this.#whileAlive(async ({ api }) => await api.handle(request));
  }

  /** Does something with the present life's stream of events. @throws Unreachable as `handle` */
  async withStream<Result>(work: (stream: StreamContext, connections: OpenConnections) => Promise<Result>): Promise<Result> {
    return await this.#whileAlive(async ({ stream, connections }) => await work(stream, connections));
  }

  /** The context of a call by somebody of a tenant, for what is set up before the story begins. */
  contextOf(tenant: string, role: 'admin' | 'operator' = 'admin'): CallContext {
    return { ...this.engine.contextOf(tenant), caller: { tenant, keyId: 'key-setup', keyName: 'setup', role, target: null }, ifMatchVersion: undefined };
  }

  async #whileAlive<Result>(work: (running: Running) => Promise<Result>): Promise<Result> {
    const running = this.#present;
    return await new Promise<Result>((resolve, reject) => {
      running.calls.add(reject);
      const settle = (act: () => void) => {
        if (running.calls.delete(reject)) act();
      };
      work(running).then((result) => settle(() => resolve(result)), (error: unknown) => settle(() => reject(error instanceof Error ? error : new Error(String(error)))));
    });
  }

  #before(life: Life, requests: readonly DatabaseRequest[]): boolean {
    if (!life.isAlive) return false;
    if (requests.every(({ name }) => READING.test(name))) return true;
    this.writes += 1;
    if (this.#death === undefined || life.isBeginning) return true;
    this.#death.writes -= 1;
    if (this.#death.writes > 0 || this.#death.moment === 'after') return true;
    this.#die();
    return false;
  }

  #committed(life: Life, requests: readonly DatabaseRequest[], replies: readonly DatabaseReply[]): boolean {
    this.#options.committed(requests, replies);
    if (!life.isAlive) return false;
    if (this.#death === undefined || this.#death.writes > 0 || life.isBeginning) return true;
    this.#die();
    return false;
  }

  #die(): void {
    const running = this.#present;
    this.#running = undefined;
    this.#death = undefined;
    running.life.isAlive = false;
    for (const connection of running.connections.all()) connection.close(1006, 'the control plane is gone');
    const lost = [...running.calls];
    running.calls.clear();
    for (const reject of lost) reject(new Unreachable('the control plane died'));
    this.#died();
  }
}
