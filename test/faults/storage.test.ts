import { execFile } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { withControlPlane } from '../end-to-end-standalone/control-plane.ts';
import type { ControlPlane } from '../end-to-end-standalone/control-plane.ts';
import { SluiceProcess } from '../end-to-end-standalone/sluice-process.ts';
import type { Tenant } from '../end-to-end/tenant.ts';
import { problemOf } from '../end-to-end/http.ts';
import { until } from '../end-to-end/until.ts';
import { RecordedLoad } from './recorded-load.ts';
import { expectSound } from './stored-state.ts';

const run = promisify(execFile);

/** A user of the system without rights, where the test itself has all of them; else the rights of the test are enough to be without. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;

/** Sets how far a process may write into any of its files: writes beyond fail with EFBIG, as they do with ENOSPC on a disk that is full. The bound is soft, so it can be taken back. */
const limitFiles = async (pid: number, bytes: number | 'unlimited') => void await run('prlimit', ['--pid', `${pid}`, `--fsize=${bytes}:unlimited`]);

/** A write that no client repeats. */
const write = async (tenant: Tenant, name: string) => await tenant.request('PUT', `/v1/targets/${name}`, { body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name }, spec: { provider: 'agent' } } });

/** Everything that was acknowledged is stored once, after one more kill. */
async function expectNothingLost(plane: ControlPlane, tenant: Tenant, load: RecordedLoad): Promise<void> {
  await load.stop();
  await plane.killAndRestart();
  load.expectStored(await expectSound(plane.data, ['operator', 'default', tenant.name]));
  expect(load.refused).toEqual([]);
}

describe.concurrent('a disk that is full', () => {
  it('refuses what cannot be stored with 503, loses nothing that was acknowledged, and is left behind when there is room again', async () => await withControlPlane(async (plane, tenant) => {
    const load = new RecordedLoad(tenant);
    tenant.onClose(async () => await load.stop());
    await until('the writers write', () => (load.acknowledged > 40 ? true : undefined));
    await limitFiles(plane.pid, 64 * 1024);
    const refused = await until('a write is refused', async () => {
      const answered = await write(tenant, 'on-a-full-disk');
      return answered.status === 200 ? undefined : answered;
    });
    expect(refused.status).toBe(503);
    expect(problemOf(refused)).toMatchObject({ code: 'unavailable', detail: expect.stringContaining('The database cannot work now') });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await tenant.request('GET', '/v1/targets')).status).toBe(200);
    await limitFiles(plane.pid, 'unlimited');
    const before = load.acknowledged;
    await until('the writers write again', () => (load.acknowledged > before + 40 ? true : undefined));
    expect(plane.troubles.filter((line) => !line.includes('The database cannot work now'))).toEqual([]);
    await expectNothingLost(plane, tenant, load);
  }, { mayBeInTrouble: true }));
});

describe.concurrent('a data folder that cannot be written', () => {
  it('is refused with what to do about it, stays as it is, and serves again when it can be written', async () => await withControlPlane(async (plane, tenant) => {
    expect((await write(tenant, 'edge')).status).toBe(200);
    await plane.kill();
    const files = ['', ...readdirSync(plane.data)].map((name) => join(plane.data, name));
    const modes = files.map((file) => statSync(file).mode);
    for (const file of [plane.folder, ...files]) if (NOBODY !== undefined) chownSync(file, NOBODY, NOBODY);
    for (const file of files.toReversed()) chmodSync(file, statSync(file).isDirectory() ? 0o500 : 0o400);
    const before = files.map((file) => statSync(file).mtimeMs);
    const started = new SluiceProcess(['serve', '--port', '0', '--data', plane.data], { direct: true, ...(NOBODY === undefined ? {} : { user: NOBODY }) });
    expect(await started.ended()).toBe(9);
    expect(started.output).toContain(`The data folder ${plane.data} cannot be written`);
    expect(started.output).toContain('Give the user that serves the right to write');
    expect(started.output).not.toMatch(/^ {4}at /m);
    expect(files.map((file) => statSync(file).mtimeMs)).toEqual(before);
    for (const [index, file] of files.entries()) chmodSync(file, modes[index] ?? 0o600);
    await plane.restart();
    expect((await tenant.request('GET', '/v1/targets/edge')).status).toBe(200);
  }));
});

describe.concurrent('a data folder that a process uses', () => {
  it('is refused to a second one, which changes nothing, however often it tries; and is free as soon as the first is killed', async () => await withControlPlane(async (plane, tenant) => {
    const load = new RecordedLoad(tenant);
    tenant.onClose(async () => await load.stop());
    for (let times = 0; times < 3; times += 1) {
      const second = new SluiceProcess(['serve', '--port', '0', '--data', plane.data], { direct: true });
      expect(await second.ended()).toBe(6);
      expect(second.output).toContain(`Another process uses the data folder ${plane.data}`);
    }
    await until('the first goes on', () => (load.acknowledged > 40 ? true : undefined));
    await expectNothingLost(plane, tenant, load);
  }));
});
