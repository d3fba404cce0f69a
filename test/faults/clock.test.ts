import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { describe, expect, it } from 'vitest';

import { openReading } from '#standalone/audit-source';

import { withControlPlane } from '../end-to-end-standalone/control-plane.ts';
import type { ControlPlane } from '../end-to-end-standalone/control-plane.ts';
import { guardedFolder } from '../end-to-end-standalone/guarded.ts';
import { RealShop } from '../end-to-end-standalone/real-shop.ts';
import type { Traffic } from '../end-to-end-standalone/traffic.ts';
import type { Strategy } from '../end-to-end/shop.ts';
import type { Tenant } from '../end-to-end/tenant.ts';
import { LONG_SECONDS } from '../end-to-end/until.ts';
import { RecordedLoad } from './recorded-load.ts';
import { expectSound } from './stored-state.ts';

const HOURS = 3_600_000;
const canary: Strategy = { type: 'canary', steps: [{ weightPercent: 50 }, { bakeSeconds: 3 }] };
const before = pathToFileURL(join(import.meta.dirname, 'shifted-clock.ts')).href;

type Shifted = { readonly plane: ControlPlane; readonly tenant: Tenant; readonly shop: RealShop; readonly traffic: Traffic; readonly load: RecordedLoad; setClock(hours: number): void };

/** Gives a test a control plane whose clock it can set, and that of the agent with it unless it is said otherwise; checks in the end that nothing was lost, doubled or refused. */
async function withClock({ ofAgent }: { readonly ofAgent: boolean }, test: (shifted: Shifted) => Promise<void>): Promise<void> {
  const { folder, remove } = await guardedFolder();
  const file = join(folder, 'clock');
  const setClock = (hours: number) => writeFileSync(file, `${hours * HOURS}`);
  setClock(0);
  const shifting = { before, environment: { FAULTS_CLOCK: file } };
  await withControlPlane(async (plane, tenant) => {
    const shop = await RealShop.open(plane, tenant, ofAgent ? shifting : {});
    await (await shop.deploy('1.0.0', { type: 'recreate' })).endsAs('Succeeded', LONG_SECONDS);
    const traffic = shop.traffic();
    const load = new RecordedLoad(tenant);
    tenant.onClose(async () => await load.stop());
    await test({ plane, tenant, shop, traffic, load, setClock });
    await load.stop();
    expect(load.refused).toEqual([]);
    expect((await traffic.stop()).failures).toEqual([]);
    expect(plane.troubles).toEqual([]);
    expect(hoursUntilSchedules(plane.data)).toBeLessThan(0.2);
    load.expectStored(await expectSound(plane.data, ['operator', 'default', tenant.name]));
  }, shifting);
  await remove();
}

/** When the last of what is scheduled is due, from now on, in hours. */
function hoursUntilSchedules(dataFolder: string): number {
  const { connection, close } = openReading(dataFolder);
  const row = connection.get('SELECT max(due_ms) AS due FROM schedules');
  close();
  return (Number(row?.due) - Date.now()) / HOURS;
}

describe.concurrent('a clock that jumps by hours', () => {
  it('forward and back, in the middle of deployments, stops none of them', async () => await withClock({ ofAgent: true }, async ({ shop, traffic, setClock }) => {
    for (const [release, hours] of [['1.1.0', 6], ['1.0.0', 0], ['1.1.0', -12], ['1.0.0', 0]] as const) {
      const deployment = await shop.deploy(release, canary);
      await deployment.running('bake');
      setClock(hours);
      const { state, verdicts } = await deployment.ended(LONG_SECONDS);
      expect([state, verdicts]).toEqual(['Succeeded', []]);
      await traffic.isServedBy(release);
    }
  }));

  it('back in the control plane alone has agents refuse what is too late by their clock, and the deployment goes back as soon as the clock is right', async () => await withClock({ ofAgent: false }, async ({ shop, traffic, setClock }) => {
    const deployment = await shop.deploy('1.1.0', canary);
    await deployment.running('bake');
    setClock(-12);
    await deployment.until('it goes back', ({ state }) => state === 'RollingBack', LONG_SECONDS);
    setClock(0);
    expect((await deployment.ended(LONG_SECONDS)).state).toBe('RolledBack');
    await traffic.isServedBy('1.0.0');
    expect((await (await shop.deploy('1.1.0', canary)).ended(LONG_SECONDS)).state).toBe('Succeeded');
  }));
});
