import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';

import { SystemIds } from '#engine/system-ids';
import { systemRandom } from '#standalone/clock';
import { MemoryPermits } from '#engine/memory-permits';
import { MemoryRateLimits } from '#engine/memory-rate-limits';
import { Relay } from '#standalone/relay';
import { Scheduler } from '#standalone/scheduler';
import { MemoryTickets } from '#standalone/tickets';

import { blobContract } from '../contracts/blobs.ts';
import { busContract } from '../contracts/bus.ts';
import type { Received } from '../contracts/bus.ts';
import { idContract } from '../contracts/clock.ts';
import { connectionContract } from '../contracts/connections.ts';
import { eventStoreContract } from '../contracts/event-store.ts';
import { idempotencyContract } from '../contracts/idempotency.ts';
import { keyContract } from '../contracts/keys.ts';
import { leaseContract } from '../contracts/lease.ts';
import { permitContract } from '../contracts/permits.ts';
import { rateLimitContract } from '../contracts/rate-limit.ts';
import { readModelContract } from '../contracts/read-model.ts';
import { sampleContract } from '../contracts/samples.ts';
import { secretContract } from '../contracts/secrets.ts';
import { ticketContract } from '../contracts/tickets.ts';
import { timerContract } from '../contracts/timer.ts';
import type { Fired } from '../contracts/timer.ts';
import { workflowContract } from '../contracts/workflow.ts';
import { openConnections } from './connection-subject.ts';
import { openFresh } from './opened.ts';
import { VirtualTime } from './virtual-time.ts';
import { openWorkflow } from './workflow-subject.ts';

const name = 'SQLite';

eventStoreContract(name, async () => {
  const { ports, close } = await openFresh();
  return { port: ports.events, close, settle: () => Promise.resolve() };
});

readModelContract(name, async () => {
  const { ports, close } = await openFresh();
  return { port: ports.readModels, close, settle: () => Promise.resolve() };
});

leaseContract(name, async () => {
  const { ports, close } = await openFresh();
  return { port: ports.leases, close };
});

keyContract(name, async () => {
  const { ports, close } = await openFresh();
  return { port: ports.keys, close };
});

secretContract(name, async () => {
  const { ports, close } = await openFresh();
  return { port: ports.secrets, close };
});

idempotencyContract(name, async () => {
  const { ports, close } = await openFresh();
  return { port: ports.idempotency, close, now: () => ports.clock.now() };
});

sampleContract(name, async () => {
  const { ports, close } = await openFresh();
  return { port: ports.samples, close, now: () => ports.clock.now() };
});

blobContract('folder', async () => {
  const { ports, close, folder } = await openFresh();
  return {
    port: ports.blobs, close,
    async damage(tenant, digest) {
      const hex = digest.slice('sha256:'.length);
      await appendFile(join(folder, 'blobs', tenant, hex.slice(0, 2), hex), 'damage');
    },
  };
});

idContract('system', () => new SystemIds());

timerContract(name, async () => {
  const time = new VirtualTime();
  const { ports, database, signals, close } = await openFresh(time);
  const fired: Fired[] = [];
  const scheduler = new Scheduler({
    database, timersChanged: signals.timersChanged, clock: time, sleeper: time, random: systemRandom, onTrouble: rethrow,
    async fire(payload) {
      fired.push({ payload, at: time.now() });
    },
    async runSchedule() {},
  });
  await scheduler.start();
  return {
    port: ports.timers, fired, now: () => time.now(),
    async pass(seconds) {
      time.advance(seconds);
      await scheduler.idle();
    },
    async close() {
      await scheduler.stop();
      await close();
    },
  };
});

busContract(name, async () => {
  const time = new VirtualTime();
  const { ports, database, signals, close } = await openFresh(time);
  const received: Received[] = [];
  const relay = new Relay({
    database, appended: signals.appended, delivered: signals.delivered, clock: time, sleeper: time, random: systemRandom, onTrouble: rethrow,
    async project() {},
    async consume(consumer, event) {
      received.push({ consumer, event });
    },
  });
  relay.start();
  return {
    port: ports.bus, received, settle: () => relay.idle(),
    async close() {
      await relay.stop();
      await close();
    },
  };
});

workflowContract(name, openWorkflow);

connectionContract('of this process', openConnections);

ticketContract('in memory', async () => {
  const time = new VirtualTime();
  return { port: new MemoryTickets(time), now: () => time.now(), close: () => Promise.resolve() };
});

permitContract('in memory', async () => {
  const time = new VirtualTime();
  return { port: new MemoryPermits(time), pass: async (seconds) => time.advance(seconds), close: () => Promise.resolve() };
});

rateLimitContract('in memory', async () => {
  const time = new VirtualTime();
  return { port: new MemoryRateLimits(time), pass: async (seconds) => time.advance(seconds), close: () => Promise.resolve() };
});

function rethrow(doing: string, error: unknown): never {
  throw new Error(`trouble while ${doing}`, { cause: error });
}
