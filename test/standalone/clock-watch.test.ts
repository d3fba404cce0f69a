import { expect, it } from 'vitest';

import { ClockWatch } from '#standalone/clock-watch';

import { openFresh } from './opened.ts';

it('tells by how much a clock was set back, once, and nothing of one that was set forward or is a little slow', () => {
  let [now, passed] = [1_000_000, 0];
  const watch = new ClockWatch({ clock: { now: () => now }, passedMilliseconds: () => passed });
  const looks: number[] = [];
  for (const [byClock, really] of [[1000, 1000], [990, 1000], [3_600_000, 1000], [-7_199_000, 1000], [1000, 1000], [-2500, 1000.4]] as const) {
    now += byClock;
    passed += really;
    looks.push(watch.setBackMilliseconds());
  }
  expect(looks).toEqual([0, 0, 0, 7_200_000, 0, 3500]);
});

it('what waits is brought forward, and what is due stays', async () => {
  const opened = await openFresh();
  const { database } = opened;
  await database.run('keepSchedules', { names: ['sweep'], dueAt: 50_000 });
  for (const [timer, dueAt] of [['due', 900], ['later', 8000]] as const) await database.run('setTimer', { tenant: 'acme', timer, dueAt, payload: '{}' });
  await database.run('bringForward', { milliseconds: 5000, now: 1000 });
  expect([await database.run('nextTimer', { after: 0 }), await database.run('nextTimer', { after: 1000 }), await database.run('nextSchedule', { after: 0 })]).toEqual([900, 3000, 45_000]);
  await opened.close();
});
