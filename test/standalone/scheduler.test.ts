import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { TimerPayload } from '#contracts/timers';
import { openStandalonePorts } from '#standalone/open-ports';
import type { StandalonePorts } from '#standalone/open-ports';
import { MAXIMUM_ATTEMPTS } from '#standalone/retries';
import { Scheduler } from '#standalone/scheduler';

import { freshDeployment } from '../contracts/subject.ts';
import { freshFolder } from './opened.ts';
import { VirtualTime } from './virtual-time.ts';

type Replacements = { fire?(payload: TimerPayload): Promise<void>; runSchedule?(name: string): Promise<void> };

const payload = (step: string): TimerPayload => ({ kind: 'wait-over', tenant: 'default', deployment: freshDeployment(), step });

describe('the scheduler', () => {
  let folder: string;
  let remove: () => Promise<void>;
  let time: VirtualTime;
  let opened: StandalonePorts;
  let scheduler: Scheduler;
  let happened: string[];
  beforeEach(async () => {
    ({ folder, remove } = await freshFolder());
    time = new VirtualTime();
    happened = [];
  });
  afterEach(async () => {
    await scheduler.stop();
    await opened.close();
    await remove();
  });

  const start = async (replacements: Replacements = {}) => {
    opened = await openStandalonePorts({ dataFolder: folder, clock: time });
    scheduler = new Scheduler({
      database: opened.database, timersChanged: opened.signals.timersChanged, clock: time, sleeper: time, random: () => 1, onTrouble: () => undefined,
      async fire(fired) {
        await replacements.fire?.(fired);
        if (fired.kind === 'wait-over') happened.push(fired.step);
      },
      async runSchedule(name) {
        await replacements.runSchedule?.(name);
        happened.push(name);
      },
    });
    await scheduler.start();
    await scheduler.idle();
  };
  const restart = async (replacements: Replacements = {}) => {
    await scheduler.stop();
    await opened.close();
    await start(replacements);
  };
  const pass = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 1) {
      time.advance(1);
      await scheduler.idle();
    }
  };
  const timersOnly = () => happened.filter((one) => one !== 'sweep' && one !== 'expire');
  const runs = (name: string) => happened.filter((one) => one === name).length;
  const set = (id: string, seconds: number, step = id) => opened.ports.timers.set({ id, at: time.in(seconds), payload: payload(step) });

  it('keeps timers through a restart and fires at once what became due meanwhile', async () => {
    await start();
    await set('soon', 10);
    await set('later', 1000);
    await scheduler.stop();
    time.advance(60);
    await restart();
    expect(timersOnly()).toEqual(['soon']);
    await pass(940);
    expect(timersOnly()).toEqual(['soon', 'later']);
    expect(await scheduler.counts()).toEqual({ timers: 0, dueTimers: 0, failedTimers: 0 });
  });

  it('removes a timer only after its handler succeeded, and repeats it with growing waits', async () => {
    let failures = 2;
    await start({
      async fire() {
        failures -= 1;
        if (failures >= 0) throw new Error('not yet');
      },
    });
    await set('one', 0);
    await scheduler.idle();
    expect(await scheduler.counts()).toMatchObject({ timers: 1 });
    await pass(2);
    expect(timersOnly()).toEqual([]);
    await pass(1);
    expect(timersOnly()).toEqual(['one']);
    expect(await scheduler.counts()).toMatchObject({ timers: 0, failedTimers: 0 });
  });

  it('gives up a timer after its last attempt and keeps it with the failed ones', async () => {
    let attempts = 0;
    await start({
      async fire() {
        attempts += 1;
        throw new Error('never');
      },
    });
    await set('one', 0);
    await scheduler.idle();
    await pass(603);
    expect(attempts).toBe(MAXIMUM_ATTEMPTS);
    expect(await scheduler.counts()).toEqual({ timers: 0, dueTimers: 0, failedTimers: 1 });
  });

  it('keeps a timer that its own handler sets again', async () => {
    let rounds = 3;
    await start({
      async fire() {
        rounds -= 1;
        if (rounds > 0) await set('look', 30);
      },
    });
    await set('look', 30);
    await pass(29);
    expect(timersOnly()).toEqual([]);
    await pass(200);
    expect(timersOnly()).toEqual(['look', 'look', 'look']);
  });

  it('keeps the new setting of a timer whose old one fails meanwhile', async () => {
    await start({
      async fire(fired) {
        if (fired.kind !== 'wait-over' || fired.step !== 'old') return;
        await set('one', 100, 'new');
        throw new Error('the old one fails');
      },
    });
    await set('one', 0, 'old');
    await scheduler.idle();
    await pass(99);
    expect(timersOnly()).toEqual([]);
    await pass(1);
    expect(timersOnly()).toEqual(['new']);
  });

  it('runs each schedule at its first start and then at its rate', async () => {
    await start();
    expect([runs('sweep'), runs('expire')]).toEqual([1, 1]);
    await pass(59);
    expect(runs('sweep')).toBe(1);
    await pass(1);
    expect(runs('sweep')).toBe(2);
    await pass(540);
    expect([runs('sweep'), runs('expire')]).toEqual([11, 2]);
  });

  it('runs a schedule that was missed while it was stopped once, and keeps to its rate through restarts', async () => {
    await start();
    await restart();
    expect(runs('sweep')).toBe(1);
    await scheduler.stop();
    time.advance(3600);
    await restart();
    expect(runs('sweep')).toBe(2);
    await pass(60);
    expect(runs('sweep')).toBe(3);
  });

  it('tries a schedule that failed again soon, three times, and then at its next time', async () => {
    let attempts = 0;
    await start({
      async runSchedule(name) {
        if (name !== 'sweep') return;
        attempts += 1;
        throw new Error('the sweep fails');
      },
    });
    expect(attempts).toBe(1);
    await pass(3);
    expect(attempts).toBe(3);
    await pass(59);
    expect(attempts).toBe(3);
    await pass(1);
    expect(attempts).toBe(4);
  });

  it('waits at its stop for the handler that runs', async () => {
    const [begun, finished] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await start({
      async fire() {
        begun.resolve();
        await finished.promise;
      },
    });
    await set('one', 0);
    await begun.promise;
    const stopped = scheduler.stop();
    finished.resolve();
    await stopped;
    expect(timersOnly()).toEqual(['one']);
    expect(await scheduler.counts()).toMatchObject({ timers: 0 });
  });

  it('stops after ten seconds although a handler hangs, which fires again after the next start', async () => {
    const begun = Promise.withResolvers<void>();
    await start({
      fire() {
        begun.resolve();
        return new Promise(() => undefined);
      },
    });
    await set('one', 0);
    await begun.promise;
    const stopped = scheduler.stop();
    await opened.database.run('countTimers', { now: 0 });
    time.advance(10);
    await stopped;
    await restart();
    expect(timersOnly()).toEqual(['one']);
  });
});
