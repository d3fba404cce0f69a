import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { describe, expect, it } from 'vitest';

import { openReading } from '#standalone/audit-source';

import { withControlPlane } from '../end-to-end-standalone/control-plane.ts';
import { guardedFolder } from '../end-to-end-standalone/guarded.ts';
import { RealShop } from '../end-to-end-standalone/real-shop.ts';
import type { Strategy } from '../end-to-end/shop.ts';
import { LONG_SECONDS } from '../end-to-end/until.ts';
import { RecordedLoad } from './recorded-load.ts';
import { expectSound } from './stored-state.ts';

const HOURS = 3_600_000;
const canary: Strategy = { type: 'canary', steps: [{ weightPercent: 50 }, { bakeSeconds: 3 }] };
const before = pathToFileURL(join(import.meta.dirname, 'shifted-clock.ts')).href;

/** When the last of what is scheduled is due, from now on, in hours. */
function hoursUntilSchedules(dataFolder: string): number {
  const { connection, close } = openReading(dataFolder);
  const row = connection.get('SELECT max(due_ms) AS due FROM schedules');
  close();
  return (Number(row?.due) - Date.now()) / HOURS;
}

describe.concurrent('a clock that jumps', () => {
  it('by hours, forward and back, stops no deployment, loses nothing, doubles nothing and fails no request', async () => {
    const { folder, remove } = await guardedFolder();
    const file = join(folder, 'clock');
    const setClock = (hours: number) => writeFileSync(file, `${hours * HOURS}`);
    setClock(0);
    await withControlPlane(async (plane, tenant) => {
      const shop = await RealShop.open(plane, tenant);
      await (await shop.deploy('1.0.0', { type: 'recreate' })).endsAs('Succeeded', LONG_SECONDS);
      const traffic = shop.traffic();
      const load = new RecordedLoad(tenant);
      tenant.onClose(async () => await load.stop());
      // Forward in the middle of a bake, back in the middle of the next, further back in the middle of a third, and right again.
      for (const [release, hours] of [['1.1.0', 6], ['1.0.0', 0], ['1.1.0', -12], ['1.0.0', 0]] as const) {
        const deployment = await shop.deploy(release, canary);
        await deployment.running('bake');
        setClock(hours);
        await deployment.endsAs('Succeeded', LONG_SECONDS);
        await traffic.isServedBy(release);
      }
      await load.stop();
      expect(load.refused).toEqual([]);
      expect((await traffic.stop()).failures).toEqual([]);
      expect(plane.troubles).toEqual([]);
      expect(hoursUntilSchedules(plane.data)).toBeLessThan(0.2);
      load.expectStored(await expectSound(plane.data, ['operator', 'default', tenant.name]));
    }, { before, environment: { FAULTS_CLOCK: file } });
    await remove();
  });
});
