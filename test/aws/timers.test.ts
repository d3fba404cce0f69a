import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { QueueTimers } from '#aws/timer';
import type { TimerPayload } from '#contracts/timers';

import { freshDeployment, freshTenant } from '../contracts/subject.ts';
import { freshTables } from './tables.ts';
import type { FreshTables } from './tables.ts';
import { VirtualDelays } from './virtual-delays.ts';

let made: FreshTables;
beforeAll(async () => { made = await freshTables(); });
afterAll(() => made.close());

/** Timers under virtual time, and which steps fired at which second; `handle` may fail. */
function freshTimers(handle: (payload: TimerPayload) => Promise<void> = async () => {}) {
  const delays = new VirtualDelays();
  const timers = new QueueTimers(made.state, delays, delays.time);
  const begin = delays.time.now();
  const tenant = freshTenant();
  const fired: string[] = [];
  return {
    delays, timers, tenant, fired,
    set: async (seconds: number, step = 'bake-1', id = 'one') => await timers.set({ id, at: new Date(begin + seconds * 1000).toISOString(), payload: { kind: 'wait-over', tenant, deployment: freshDeployment(), step } }),
    pass: async (seconds: number) => await delays.pass(seconds, async (text) => await timers.receive(text, async (payload) => {
      fired.push(`${payload.kind === 'wait-over' ? payload.step : payload.kind} at ${(delays.time.now() - begin) / 1000}`);
      await handle(payload);
    })),
  };
}

describe('timers of delayed messages', () => {
  it('are sent on as often as it takes within an hour, and fire at their second', async () => {
    const { set, pass, fired, delays } = freshTimers();
    await set(3600);
    await pass(3599);
    expect(fired).toEqual([]);
    await pass(1);
    expect(fired).toEqual(['bake-1 at 3600']);
    expect(delays.sent.map(({ by, at }) => [by, at])).toHaveLength(4);
    expect(delays.sent.every(({ by }) => by === 'queue')).toBe(true);
  });

  it('of more than an hour are one schedule', async () => {
    const { set, pass, fired, delays } = freshTimers();
    await set(7 * 86_400);
    await pass(7 * 86_400);
    expect(fired).toEqual(['bake-1 at 604800']);
    expect(delays.sent.map(({ by }) => by)).toEqual(['scheduler']);
  });

  it('that were moved fire once, at the last place, whatever messages are on their way', async () => {
    const { set, pass, fired } = freshTimers();
    for (const [seconds, step] of [[7200, 'first'], [1000, 'second'], [30, 'third'], [2000, 'last']] as const) await set(seconds, step);
    await pass(10_000);
    expect(fired).toEqual(['last at 2000']);
  });

  it('that were cancelled do not fire, also when they are set again', async () => {
    const { set, pass, fired, timers, tenant } = freshTimers();
    await set(100, 'cancelled');
    await timers.cancel(tenant, 'one');
    await pass(50);
    await set(200, 'again');
    await pass(500);
    expect(fired).toEqual(['again at 200']);
  });

  it('fire again when their handler failed, until it works', async () => {
    let failures = 3;
    const { set, pass, fired } = freshTimers(async () => {
      failures -= 1;
      if (failures >= 0) throw new Error('the table does not answer');
    });
    await set(10);
    await pass(60);
    expect(fired).toEqual(['bake-1 at 10', 'bake-1 at 11', 'bake-1 at 12', 'bake-1 at 13']);
  });

  it('that their own handler sets again fire again at the new time', async () => {
    const opened = freshTimers(async (payload) => {
      if (payload.kind === 'wait-over' && payload.step === 'look-1') await opened.set(20, 'look-2');
    });
    await opened.set(10, 'look-1');
    await opened.pass(60);
    expect(opened.fired).toEqual(['look-1 at 10', 'look-2 at 20']);
  });

  it('fire once for a message that comes twice', async () => {
    const { set, pass, fired, delays, timers } = freshTimers();
    await set(10);
    await pass(10);
    for (const { text } of delays.sent) await timers.receive(text, async () => { fired.push('again'); });
    expect(fired).toEqual(['bake-1 at 10']);
  });
});
