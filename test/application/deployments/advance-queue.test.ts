import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Context } from '#application/context';
import { finishDeployment } from '#application/deployments/finish-deployment';
import { scheduleHandlers } from '#application/sweep/schedules';

import { deploy, setUpShop } from '../shop.ts';
import { SimulatedSystem } from '../simulated-system.ts';

const TENANT = 'default';

let system: SimulatedSystem;
beforeEach(async () => {
  system = await SimulatedSystem.open();
  await setUpShop(system);
});
afterEach(async () => { await system.close(); });

/** Puts a request into the queue that nobody knows more of: who is tried is seen by whose stream is read. */
async function enqueue(deployment: string, application: string, ...targets: readonly string[]): Promise<void> {
  await system.engine.ports.leases.enqueue(TENANT, { deployment, application, environment: 'production', targets, priority: 0, at: '2026-11-21T12:00:00.000Z' });
}

/** The context with events that note which deployments were read. */
function noting(read: Set<string>): Context {
  const context = system.engine.contextOf(TENANT);
  const { events } = context.ports;
  return { ...context, ports: { ...context.ports, events: {
    append: async (...given) => await events.append(...given), readLast: async (...given) => await events.readLast(...given), readFeed: async (...given) => await events.readFeed(...given), feedEnd: async (...given) => await events.feedEnd(...given),
    read: async (stream, ...given) => {
      read.add(stream.stream.replace('deployment/', ''));
      return await events.read(stream, ...given);
    },
  } } };
}

describe('a deployment that has ended', () => {
  it('lets those be tried who wait for its targets, or with one who does, and no others; told again it does the same', async () => {
    const id = await deploy(system, '1.0.0');
    expect(await system.deployment(id)).toMatchObject({ state: 'Succeeded' });
    await enqueue('dep_same', 'shop', 'local');
    await enqueue('dep_both', 'shop', 'edge', 'local');
    await enqueue('dep_beside', 'shop', 'edge');
    await enqueue('dep_elsewhere', 'shop', 'rim');
    await enqueue('dep_other', 'search', 'local');
    for (let time = 0; time < 2; time += 1) {
      const read = new Set<string>();
      await finishDeployment(noting(read), id);
      expect([...read].toSorted()).toEqual([id, 'dep_beside', 'dep_both', 'dep_same'].toSorted());
    }
  });

  it('lets all of its application be tried when it had no plan', async () => {
    await deploy(system, '1.0.0');
    await deploy(system, '1.1.0');
    const queued = await deploy(system, '1.2.0');
    await system.call('abortDeployment', { params: { id: queued }, body: {} });
    await system.settle();
    await enqueue('dep_elsewhere', 'shop', 'rim');
    await enqueue('dep_other', 'search', 'local');
    const read = new Set<string>();
    await finishDeployment(noting(read), queued);
    expect([...read].toSorted()).toEqual([queued, 'dep_elsewhere'].toSorted());
  });

  it('lets the next one in, and where that was lost the sweep does', async () => {
    await deploy(system, '1.0.0');
    const first = await deploy(system, '1.1.0');
    const second = await deploy(system, '1.2.0');
    expect(await system.deployment(second)).toMatchObject({ state: 'Requested', reason: `queued behind ${first}` });
    // It is freed behind everybody's back, as by a crash between the leases and the queue.
    await system.engine.ports.leases.free(TENANT, first, {});
    expect(await system.deployment(second)).toMatchObject({ state: 'Requested' });
    system.time.advance(60);
    await scheduleHandlers.sweep(system.engine.contextOf('operator'));
    await system.settle();
    expect((await system.deployment(second)).state).not.toBe('Requested');
  });
});
