import { copyFileSync, existsSync, mkdirSync, openSync, closeSync, readSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { auditPlace } from '#admin/audit';
import { Failure } from '#contracts/errors';
import { openStandalonePorts } from '#standalone/open-ports';

import { Chance } from '../application/crash/chance.ts';
import { withControlPlane } from '../end-to-end-standalone/control-plane.ts';
import { SluiceProcess } from '../end-to-end-standalone/sluice-process.ts';
import { until } from '../end-to-end/until.ts';
import { RecordedLoad } from './recorded-load.ts';
import { expectSound } from './stored-state.ts';

const DATABASE = 'sluice.db';

/** Opens a copy as a control plane would. Answers why it was refused, or checks that what it opened is of one moment. */
async function openedOrRefused(dataFolder: string): Promise<string | undefined> {
  try {
    await (await openStandalonePorts({ dataFolder })).close();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.detail.detail;
  }
  expect((await auditPlace({ dataFolder })).findings).toEqual([]);
  return undefined;
}

/** Copies the first part of a file now and the rest when something was written meanwhile, as a slow copy does. */
async function copySlowly(from: string, to: string, written: () => Promise<unknown>): Promise<void> {
  const [source, target] = [openSync(from, 'r'), openSync(to, 'w')];
  const half = Math.floor(statSync(from).size / 8192) * 4096;
  const copy = (position: number, length: number) => {
    const buffer = Buffer.alloc(length);
    const read = readSync(source, buffer, 0, length, position);
    writeSync(target, buffer, 0, read, position);
  };
  copy(0, half);
  await written();
  copy(half, statSync(from).size - half);
  for (const file of [source, target]) closeSync(file);
}

describe.concurrent('a copy of a data folder that was made by hand while it was served', () => {
  it('opens as it was in one moment, or is refused with what to do about it', async () => await withControlPlane(async (plane, tenant) => {
    const load = new RecordedLoad(tenant, 8);
    tenant.onClose(async () => await load.stop());
    const more = async () => {
      const before = load.acknowledged;
      await until('more was written', () => (load.acknowledged > before + 30 ? true : undefined));
    };
    await more();
    const chance = new Chance(11);
    const refused: string[] = [];
    let opened = 0;
    for (let number = 0; number < 12; number += 1) {
      const copy = join(plane.folder, `copy-${number}`);
      mkdirSync(copy);
      copyFileSync(join(plane.data, 'master.key'), join(copy, 'master.key'));
      const names = chance.shuffled([DATABASE, `${DATABASE}-wal`]).slice(0, number % 3 === 0 ? 1 : 2);
      for (const name of names.includes(DATABASE) ? names : [...names, DATABASE]) await copySlowly(join(plane.data, name), join(copy, name), more);
      // Every fourth lacks its end too, as a copy that was broken off.
      if (number % 4 === 3) truncateSync(join(copy, DATABASE), Math.floor(statSync(join(copy, DATABASE)).size * 0.7));
      const reason = await openedOrRefused(copy);
      if (reason === undefined) opened += 1;
      else refused.push(reason);
      rmSync(copy, { recursive: true });
    }
    expect(refused.filter((reason) => !/sluice restore/.test(reason))).toEqual([]);
    expect(refused.length).toBeGreaterThanOrEqual(3);
    expect(opened + refused.length).toBe(12);
  }));
});

describe.concurrent('a backup', () => {
  it('made while others write is of one moment, has what was acknowledged before it, and serves after it was restored', async () => await withControlPlane(async (plane, tenant) => {
    const load = new RecordedLoad(tenant, 8);
    tenant.onClose(async () => await load.stop());
    for (const number of [1, 2, 3]) {
      const before = load.acknowledged;
      await until('more was written', () => (load.acknowledged > before + 50 ? true : undefined));
      const [backup, restored] = ['backup', 'restored'].map((name) => join(plane.folder, `${name}-${number}`));
      if (backup === undefined || restored === undefined) throw new Error('both have names');
      const acknowledged = load.acknowledgedNow;
      expect(await new SluiceProcess(['backup', backup, '--data', plane.data]).ended()).toBe(0);
      expect(existsSync(join(backup, 'master.key'))).toBe(false);
      expect(load.acknowledged).toBeGreaterThan(acknowledged.reduce((all, one) => all + one, 0));
      expect(await new SluiceProcess(['restore', backup, '--data', restored, '--master-key-file', join(plane.data, 'master.key')]).ended()).toBe(0);
      // A control plane that is started on it relays what the other had not yet.
      const served = new SluiceProcess(['serve', '--port', '0', '--json', '--data', restored]);
      await served.says(/^\{"ready"/m);
      load.expectStored(await expectSound(restored, ['operator', 'default', tenant.name]), acknowledged);
      expect(await served.stop()).toBe(0);
    }
    expect(load.refused).toEqual([]);
  }));
});
