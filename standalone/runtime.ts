import { createHandlers } from '#application/create-handlers';
import { createApi } from '#application/http/api';
import type { Unexpected } from '#application/http/exchange';
import { createMetrics } from '#application/http/metrics';
import type { Metrics } from '#application/http/metrics';
import { serviceOperations } from '#application/http/service-operations';
import { rebuildAll } from '#application/rebuild';
import { ensureOperatorKey, ensureTenant } from '#application/tenants/first-start';
import { Failure } from '#contracts/errors';
import { cursorKeyOf } from '#engine/cursor-key';
import { MemoryRateLimits } from '#engine/memory-rate-limits';
import { systemClock } from '#engine/system-clock';

import { version } from '../shared/version.ts';
import { ClockWatch } from './clock-watch.ts';
import { OpenConnections } from './connections.ts';
import { ENGINE_TENANT, openEngine } from './engine.ts';
import type { Engine } from './engine.ts';
import { startServer } from './server/start-server.ts';
import type { ListenOptions } from './server/start-server.ts';
import { MemoryTickets } from './tickets.ts';

/** What the control plane is started with. */
export type StandaloneOptions = {
  readonly dataFolder: string;
  readonly listen: ListenOptions;
  readonly masterKeyFile?: string;
  /** The value of the first tenant's admin key, for scripts; else one is made at the first start. */
  readonly adminKey?: string;
  /** Makes all lists anew from the events while it serves: readers have the old ones until they have the new. */
  readonly rebuild?: boolean;
  /** Where troubles and notices go, one line each; never a secret. */
  readonly log: (line: string) => void;
};

/** Keys that were made at this start; their values are known at this moment only. */
export type FirstKeys = { readonly operator: string | undefined; readonly admin: string | undefined };

/** A control plane that answers. */
export type RunningStandalone = {
  readonly url: string;
  readonly firstKeys: FirstKeys;
  /** Finishes what runs, within bounds, and closes the data folder. */
  close(): Promise<void>;
};

/** The tenant that is there from the start. */
const FIRST_TENANT = 'default';

/**
 * Starts the whole control plane in this process: data folder, engine, first keys, HTTP and WebSocket.
 * @throws Failure with what is wrong with the data folder, the keys or the address; nothing is left running then.
 */
export async function startStandalone(options: StandaloneOptions): Promise<RunningStandalone> {
  const connections = new OpenConnections();
  const tickets = new MemoryTickets(systemClock);
  const metrics = createMetrics();
  const opened: { engine?: Engine } = {};
  const service = serviceOperations({ version, tickets, metrics, readiness: { storage: async () => await checkStorage(opened.engine) } });
  const engine = await openEngine({
    dataFolder: options.dataFolder, connections, handlers: () => createHandlers(service), onTrouble: (doing, error) => options.log(`trouble ${doing}: ${wordsOf(error)}`),
    ...(options.masterKeyFile === undefined ? {} : { masterKeyFile: options.masterKeyFile }),
  });
  opened.engine = engine;
  try {
    const firstKeys = await ensureFirstKeys(engine, options.adminKey);
    const stopCounting = countInto(metrics, engine);
    const report = ({ error, traceId, operation }: Unexpected) => options.log(`trouble in ${operation}, trace ${traceId}: ${wordsOf(error)}`);
    const api = createApi({ operations: engine.handlers.operations, ports: engine.ports, tickets, rateLimits: new MemoryRateLimits(systemClock), metrics, cursorKey: cursorKeyOf(await engine.dataKeyOf(ENGINE_TENANT)), report });
    const server = await startServer({ api, ports: engine.ports, metrics, connections, appended: engine.signals.appended, listen: options.listen, report });
    await engine.start();
    const stopWatching = watchClock(engine, options.log);
    if (options.rebuild === true) void rebuildLists(engine, options.log);
    return {
      url: server.url, firstKeys,
      close: async () => {
        stopCounting();
        stopWatching();
        await server.close();
        await engine.close();
      },
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function ensureFirstKeys(engine: Engine, adminKey: string | undefined): Promise<FirstKeys> {
  const operator = await ensureOperatorKey(engine.contextOf('operator'));
  const tenant = await ensureTenant(engine.contextOf('operator'), FIRST_TENANT, { adminKeyValue: adminKey });
  return { operator: operator?.key, admin: adminKey === undefined ? tenant.adminKey?.key : undefined };
}

async function checkStorage(engine: Engine | undefined): Promise<void> {
  if (engine === undefined || !engine.database.isOpen) throw new Failure('unavailable', 'the data folder is closed');
  await engine.counts();
}

async function rebuildLists(engine: Engine, log: (line: string) => void): Promise<void> {
  try {
    log(`the lists were made anew of ${await rebuildAll(engine.contextOf(ENGINE_TENANT))} streams`);
  } catch (error) {
    log(`trouble: the lists were not made anew to their end, and are as they were or newer: ${wordsOf(error)}`);
  }
}

/** How often the clock is compared with the time that has passed. */
const WATCH_MILLISECONDS = 1000;

/** Tells the engine when the machine's clock was set back; answers how to stop. */
function watchClock(engine: Engine, log: (line: string) => void): () => void {
  const watch = new ClockWatch({ clock: systemClock, passedMilliseconds: () => performance.now() });
  const timer = setInterval(() => {
    const milliseconds = watch.setBackMilliseconds();
    if (milliseconds === 0) return;
    log(`the clock was set back by ${Math.round(milliseconds / 1000)} s; what waits for a time goes on waiting as long as it was to`);
    engine.clockWasSetBack(milliseconds).catch((error: unknown) => log(`trouble after the clock was set back: ${wordsOf(error)}`));
  }, WATCH_MILLISECONDS).unref();
  return () => clearInterval(timer);
}

/** How often the gauges of queues are brought up to date. */
const COUNT_MILLISECONDS = 5000;

/** Shows what waits and what was given up as gauges. Answers how to stop. */
function countInto(metrics: Metrics, engine: Engine): () => void {
  let last: { readonly [name: string]: number } = {};
  const read = async () => {
    try {
      last = await engine.counts();
    } catch {
      // A database that closes answers no more; the last counts stay.
    }
  };
  const shown = { unrelayedEvents: 'Events that were not relayed yet', deliveries: 'Deliveries to consumers that are not done', failedDeliveries: 'Deliveries that were given up', timers: 'Timers that are set', dueTimers: 'Timers that are due', failedTimers: 'Timers that were given up', running: 'Executions that run', tasks: 'Calls of machines that are not made yet' };
  for (const [name, help] of Object.entries(shown)) metrics.gauge({ name: `sluice_engine_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`, help }, () => last[name] ?? 0);
  void read();
  const timer = setInterval(() => void read(), COUNT_MILLISECONDS).unref();
  return () => clearInterval(timer);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
