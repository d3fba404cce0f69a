import type { Context } from '#application/context';
import type { Handlers } from '#application/handlers';
import { systemClock } from '#engine/system-clock';
import { machines } from '#stepfunctions/machines';
import type { Clock, Ids } from '#ports/clock';
import type { Connections } from '#ports/connections';
import type { Ports } from '#ports/ports';

import { makeCheckpoints } from './checkpoints.ts';
import { systemRandom, systemSleeper } from './clock.ts';
import type { Random, Sleeper } from './clock.ts';
import type { Database } from './database.ts';
import type { StartThread } from './database-messages.ts';
import type { Trouble } from './due-work.ts';
import { openStandalonePorts } from './open-ports.ts';
import type { PortSignals } from './open-ports.ts';
import { Relay } from './relay.ts';
import { Scheduler } from './scheduler.ts';
import { Signal } from './signal.ts';
import { WorkflowEngine } from './workflow-engine.ts';
import { SqliteWorkflow } from './workflow.ts';

/** What the engine is opened with. Clock, ids, sleeper, chance and the database's thread are given by tests. */
export type EngineOptions = {
  readonly dataFolder: string;
  readonly masterKeyFile?: string;
  readonly connections: Connections;
  readonly handlers: (ports: Ports) => Handlers;
  readonly onTrouble: Trouble;
  readonly clock?: Clock;
  readonly ids?: Ids;
  readonly sleeper?: Sleeper;
  readonly random?: Random;
  readonly startThread?: StartThread;
};

/** The tenant of work that belongs to none: schedules over all tenants. */
export const ENGINE_TENANT = 'operator';

/** The whole system but its outside: ports, use cases, relay, timers, machines, on one data folder. */
export type Engine = {
  readonly ports: Ports;
  readonly handlers: Handlers;
  readonly database: Database;
  readonly signals: PortSignals;
  /** The context of work that no caller asked for. */
  contextOf(tenant: string, traceId?: string): Context;
  /** A tenant's data key, unsealed: 32 bytes. */
  dataKeyOf(tenant: string): Promise<Uint8Array>;
  counts(): Promise<{ readonly [name: string]: number }>;
  /** Begins to relay, to fire timers and to run machines; also what was left undone before. */
  start(): Promise<void>;
  /** Whether nothing runs and nothing is due. */
  isIdle(): boolean;
  /** Has everything that waits for a time wait as long as it was to: called when the clock was set back by so much. */
  clockWasSetBack(milliseconds: number): Promise<void>;
  /** Begins nothing more, waits for what runs (at most 10 s), closes the file. */
  close(): Promise<void>;
};

/** Opens the engine on a data folder. @throws as `openStandalonePorts`. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { clock = systemClock, random = systemRandom, onTrouble } = options;
  const sleeper = options.sleeper ?? systemSleeper(clock);
  const opened = await openStandalonePorts({
    dataFolder: options.dataFolder, clock, ...(options.masterKeyFile === undefined ? {} : { masterKeyFile: options.masterKeyFile }), ...(options.ids === undefined ? {} : { ids: options.ids }),
    ...(options.startThread === undefined ? {} : { startThread: options.startThread }),
  });
  const { database, signals } = opened;
  const changed = new Signal();
  const workflow = new SqliteWorkflow({ database, machines, clock, random, changed });
  const ports: Ports = { ...opened.ports, workflow, connections: options.connections };
  const handlers = options.handlers(ports);
  const contextOf = (tenant: string, traceId = ports.ids.trace()): Context => ({ ports, tenant, traceId });
  const shared = { database, clock, sleeper, random, onTrouble };
  const relay = new Relay({
    ...shared, appended: signals.appended, delivered: signals.delivered,
    project: async (event) => await handlers.project(contextOf(event.tenant, event.traceId), event),
    consume: async (consumer, event) => await handlers.consumers[consumer](contextOf(event.tenant, event.traceId), event),
  });
  const scheduler = new Scheduler({
    ...shared, timersChanged: signals.timersChanged,
    fire: async (payload) => await handlers.timer(contextOf(payload.tenant), payload),
    runSchedule: async (name) => {
      try {
        await handlers.schedules[name](contextOf(ENGINE_TENANT));
      } finally {
        // Whatever the sweep found wrong: what has happened until now is sealed once a minute.
        if (name === 'sweep') await makeCheckpoints({ database, vault: opened.vault, clock });
      }
    },
  });
  const engine = new WorkflowEngine({ ...shared, workflow, tasks: handlers.tasks, changed, contextOf });
  return {
    ports, handlers, database, signals, contextOf,
    dataKeyOf: async (tenant) => await opened.vault.dataKey(tenant),
    counts: async () => ({ ...(await relay.counts()), ...(await scheduler.counts()), ...(await database.run('countExecutions', undefined)) }),
    start: async () => {
      relay.start();
      engine.start();
      await scheduler.start();
    },
    clockWasSetBack: async (milliseconds) => {
      await database.run('bringForward', { milliseconds, now: clock.now() });
      for (const signal of [signals.timersChanged, signals.delivered, changed]) signal.notify();
      scheduler.lookAgain();
    },
    isIdle: () => relay.isIdle && scheduler.isIdle && engine.isIdle,
    close: async () => {
      await Promise.all([relay.stop(), scheduler.stop(), engine.stop()]);
      await opened.close();
    },
  };
}
