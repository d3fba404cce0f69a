import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Failure } from '#contracts/errors';
import { MAXIMUM_ATTEMPTS } from '#standalone/retries';

import { cleanedUp, dispatched, look, openCarried, succeeded } from './carried.ts';
import type { Carried, Replacements } from './carried.ts';
import { freshFolder } from './opened.ts';
import { VirtualTime } from './virtual-time.ts';

describe('the relay', () => {
  let folder: string;
  let remove: () => Promise<void>;
  let time: VirtualTime;
  let carried: Carried;
  beforeEach(async () => {
    ({ folder, remove } = await freshFolder());
    time = new VirtualTime();
  });
  afterEach(async () => {
    await carried.relay.stop();
    await carried.close();
    await remove();
  });

  const start = async (replacements: Replacements = {}) => {
    carried = await openCarried(folder, time, replacements);
    carried.relay.start();
  };
  const restart = async (replacements: Replacements = {}) => {
    await carried.relay.stop();
    await carried.close();
    await start(replacements);
  };
  /** Lets time pass second by second, as often as retries may need. */
  const pass = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 1) {
      time.advance(1);
      await carried.relay.idle();
    }
  };

  it('projects every event and gives the relayed ones to the consumers whose rules match', async () => {
    await start();
    await carried.append('deployment/one', 0, dispatched, succeeded, cleanedUp);
    await carried.append('analysis/one', 0, look);
    await carried.relay.idle();
    expect(carried.projected.toSorted()).toEqual(['analysis/one 1', 'deployment/one 1', 'deployment/one 2', 'deployment/one 3']);
    expect(carried.consumed.toSorted()).toEqual(['advance-queue deployment/one 2', 'hand-to-agent deployment/one 1']);
    expect(await carried.relay.counts()).toEqual({ unrelayedEvents: 0, deliveries: 0, failedDeliveries: 0 });
  });

  it('projects the events of a stream in order, also when one has to be repeated', async () => {
    let failures = 2;
    await start({
      async project({ version }) {
        if (version === 2 && failures > 0) {
          failures -= 1;
          throw new Failure('unavailable', 'the read model is away');
        }
      },
    });
    await carried.append('deployment/one', 0, succeeded, cleanedUp, cleanedUp);
    while (carried.projected.length < 3) {
      await new Promise(setImmediate);
      time.advance(0.1);
    }
    await carried.relay.idle();
    expect(carried.projected).toEqual(['deployment/one 1', 'deployment/one 2', 'deployment/one 3']);
    expect(carried.troubles).toHaveLength(2);
  });

  it('puts an event aside that cannot be projected, and goes on with the others', async () => {
    await start({
      async project({ stream, version }) {
        if (stream === 'deployment/bad' && version === 1) throw new Error('it was never thought of');
      },
    });
    await carried.append('deployment/bad', 0, succeeded, cleanedUp);
    await carried.append('deployment/good', 0, succeeded);
    while ((await carried.relay.counts()).unrelayedEvents > 0) time.advance(0.1);
    await carried.relay.idle();
    expect(carried.projected.toSorted()).toEqual(['deployment/bad 2', 'deployment/good 1']);
    expect(carried.consumed.toSorted()).toEqual(['advance-queue deployment/bad 1', 'advance-queue deployment/good 1']);
    expect((await carried.relay.counts()).failedDeliveries).toBe(1);
  });

  it('repeats a delivery that failed, after a wait, until it succeeds', async () => {
    let failures = 3;
    await start({
      async consume() {
        failures -= 1;
        if (failures >= 0) throw new Failure('version-conflict', 'somebody was faster');
      },
    });
    await carried.append('deployment/one', 0, succeeded);
    await carried.relay.idle();
    expect(carried.consumed).toEqual([]);
    expect(await carried.relay.counts()).toMatchObject({ deliveries: 1 });
    // The longest waits after three failures are 1, 2 and 4 s.
    await pass(6);
    expect(carried.consumed).toEqual([]);
    await pass(1);
    expect(carried.consumed).toEqual(['advance-queue deployment/one 1']);
    expect(await carried.relay.counts()).toMatchObject({ deliveries: 0, failedDeliveries: 0 });
  });

  it('gives up a delivery after its last attempt and keeps it with the reason', async () => {
    let attempts = 0;
    await start({
      async consume() {
        attempts += 1;
        throw new Error('it will never work');
      },
    });
    await carried.append('deployment/one', 0, succeeded);
    await carried.relay.idle();
    await pass(602);
    expect(await carried.relay.counts()).toMatchObject({ deliveries: 1, failedDeliveries: 0 });
    await pass(1);
    expect(attempts).toBe(MAXIMUM_ATTEMPTS);
    expect(await carried.relay.counts()).toMatchObject({ deliveries: 0, failedDeliveries: 1 });
    expect(carried.troubles.at(-1)).toContain('it will never work');
  });

  it('lets one delivery that hangs hinder no other, and takes it for failed after two minutes', async () => {
    let hanging = 0;
    await start({
      consume: (_consumer, { stream }) => {
        if (stream !== 'deployment/hangs') return Promise.resolve();
        hanging += 1;
        return hanging === 1 ? new Promise(() => undefined) : Promise.resolve();
      },
    });
    await carried.append('deployment/hangs', 0, succeeded);
    for (let index = 0; index < 100; index += 1) await carried.append(`deployment/${index}`, 0, succeeded);
    while (carried.consumed.length < 100) await new Promise(setImmediate);
    expect(carried.consumed).not.toContain('advance-queue deployment/hangs 1');
    time.advance(120);
    await carried.relay.idle();
    await pass(1);
    expect(carried.consumed).toContain('advance-queue deployment/hangs 1');
  });

  it('has no more than 32 deliveries running, and does all of them', async () => {
    let running = 0;
    let most = 0;
    await start({
      async consume() {
        running += 1;
        most = Math.max(most, running);
        await new Promise(setImmediate);
        running -= 1;
      },
    });
    await Promise.all(Array.from({ length: 300 }, (_, index) => carried.append(`deployment/${index}`, 0, succeeded)));
    await carried.relay.idle();
    expect(carried.consumed).toHaveLength(300);
    expect(most).toBe(32);
  });

  it('goes on after a restart with events, deliveries and retries where it was', async () => {
    await start({
      async consume(_consumer, { stream }) {
        if (stream === 'deployment/retried') throw new Error('not yet');
      },
    });
    await carried.append('deployment/done', 0, succeeded);
    await carried.append('deployment/retried', 0, succeeded);
    await carried.relay.idle();
    await carried.relay.stop();
    await carried.append('deployment/appended-while-stopped', 0, succeeded);
    await carried.ports.bus.publish('default', [{ type: 'ReportReceived', payload: { deployment: 'dep-1', report: { command: 'c', outcome: 'succeeded', reason: 'done' } } }], 'a'.repeat(32));
    await restart();
    await pass(1);
    expect(carried.projected).toEqual(['deployment/appended-while-stopped 1']);
    expect(carried.consumed.map((one) => one.replace(/bus\/[0-9a-f]{32}/, 'bus/…')).toSorted()).toEqual([
      'advance-queue deployment/appended-while-stopped 1', 'advance-queue deployment/retried 1', 'record-report bus/… 1',
    ]);
  });

  it('waits at its stop for the delivery that runs, and stores that it is done', async () => {
    const [begun, finished] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await start({
      async consume() {
        begun.resolve();
        await finished.promise;
      },
    });
    await carried.append('deployment/one', 0, succeeded);
    await begun.promise;
    const stopped = carried.relay.stop();
    finished.resolve();
    await stopped;
    expect(carried.consumed).toEqual(['advance-queue deployment/one 1']);
    expect(await carried.relay.counts()).toMatchObject({ deliveries: 0 });
  });
});
