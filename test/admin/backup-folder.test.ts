import { existsSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { auditPlace } from '#admin/audit';
import { backUpFolder, restoreFolder } from '#admin/backup-folder';
import { openStandalonePorts } from '#standalone/open-ports';
import type { SimulatedSystem } from '#test/application/simulated-system';
import { TemporaryFolder, runCli } from '#test/cli/run-cli';

import { contentsOfFolder, workedAndStopped } from './installations.ts';
import type { Contents } from './installations.ts';

const during = vi.hoisted(() => ({ check: () => {} }));
vi.mock(import('#standalone/database-copy'), async (original) => {
  const { checkDatabase, ...rest } = await original();
  return { ...rest, checkDatabase: (file) => { during.check(); return checkDatabase(file); } };
});

let source: SimulatedSystem;
let before: Contents;
let blob = '';

beforeAll(async () => {
  source = await workedAndStopped();
  const opened = await openStandalonePorts({ dataFolder: source.folder });
  blob = await opened.ports.blobs.put('default', new TextEncoder().encode('a long plan'));
  await opened.close();
  before = await contentsOfFolder(source.folder, 'before.jsonl');
});

afterAll(async () => {
  await source.close();
});

describe('a backup of a data folder', () => {
  it('is restored to a data folder with the same events, read models, leases, keys, secrets and blobs', async () => {
    using folder = new TemporaryFolder();
    const [backup, restored] = ['backup', 'restored'].map((name) => join(folder.path, name));
    if (backup === undefined || restored === undefined) throw new Error('both have names');
    const made = await backUpFolder({ from: source.folder, to: backup }, { withMasterKey: false });
    expect(made).toMatchObject({ blobs: 1, masterKey: false });
    expect(await restoreFolder({ from: backup, to: restored, masterKeyFile: join(source.folder, 'master.key') })).toEqual({ ...made, masterKey: true });
    expect(await contentsOfFolder(restored, 'after.jsonl')).toEqual(before);
    expect(before.secret).toBe('battery staple');
    const opened = await openStandalonePorts({ dataFolder: restored });
    expect(new TextDecoder().decode(await opened.ports.blobs.get('default', blob))).toBe('a long plan');
    await opened.close();
    expect(await auditPlace({ dataFolder: restored })).toMatchObject({ found: 0, sealsChecked: true });
  });

  it('can be read by its owner only, and has the master key only when that was asked for', async () => {
    using folder = new TemporaryFolder();
    const backup = join(folder.path, 'backup');
    await backUpFolder({ from: source.folder, to: backup }, { withMasterKey: true });
    expect(readdirSync(backup).toSorted()).toEqual(['blobs', 'master.key', 'sluice.db']);
    expect(statSync(backup).mode & 0o777).toBe(0o700);
    const files = readdirSync(backup, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    expect(files.map((file) => statSync(file).mode & 0o777)).toEqual(files.map(() => 0o600));
    await expect(restoreFolder({ from: await without(folder, 'master.key'), to: join(folder.path, 'other') })).rejects.toThrow('no master key');
    expect(existsSync(join(folder.path, 'other'))).toBe(false);
  });

  const without = async (folder: TemporaryFolder, name: string) => {
    const to = join(folder.path, `without-${name}`);
    await backUpFolder({ from: source.folder, to }, { withMasterKey: false });
    return to;
  };

  it('writes over nothing, and leaves nothing behind when it fails', async () => {
    using folder = new TemporaryFolder();
    mkdirSync(join(folder.path, 'there'));
    await expect(backUpFolder({ from: source.folder, to: join(folder.path, 'there') }, { withMasterKey: false })).rejects.toThrow('is there already');
    await expect(backUpFolder({ from: join(folder.path, 'there'), to: join(folder.path, 'new') }, { withMasterKey: false })).rejects.toThrow('holds no data');
    await expect(backUpFolder({ from: source.folder, to: join(folder.path, 'new'), masterKeyFile: join(folder.path, 'no.key') }, { withMasterKey: true })).rejects.toThrow('no master key');
    expect(readdirSync(folder.path)).toEqual(['there']);
    writeFileSync(join(folder.path, 'there', 'something'), '');
    await expect(restoreFolder({ from: source.folder, to: join(folder.path, 'there') })).rejects.toThrow('is not empty');
  });

  it('removes nothing that it did not make: a folder of another backup, and what came while a restore checked', async () => {
    using folder = new TemporaryFolder();
    mkdirSync(join(folder.path, `.new.${process.pid}`));
    await expect(backUpFolder({ from: source.folder, to: join(folder.path, 'new'), masterKeyFile: join(folder.path, 'no.key') }, { withMasterKey: true })).rejects.toThrow('no master key');
    await backUpFolder({ from: source.folder, to: join(folder.path, 'new') }, { withMasterKey: false });
    expect(readdirSync(folder.path).toSorted()).toEqual([`.new.${process.pid}`, 'new']);
    const to = join(folder.path, 'there');
    mkdirSync(to);
    during.check = () => { writeFileSync(join(to, 'came'), ''); };
    await expect(restoreFolder({ from: source.folder, to })).rejects.toThrow('is not empty');
    during.check = () => {};
    expect(readdirSync(to)).toEqual(['came']);
    expect(readdirSync(folder.path).toSorted()).toEqual([`.new.${process.pid}`, 'new', 'there']);
  });

  it('of a damaged file is refused, and a damaged backup is not restored', async () => {
    using folder = new TemporaryFolder();
    const backup = join(folder.path, 'backup');
    await backUpFolder({ from: source.folder, to: backup }, { withMasterKey: true });
    truncateSync(join(backup, 'sluice.db'), Math.floor(statSync(join(backup, 'sluice.db')).size / 2));
    await expect(restoreFolder({ from: backup, to: join(folder.path, 'restored') })).rejects.toThrow('is damaged');
    await expect(backUpFolder({ from: backup, to: join(folder.path, 'second') }, { withMasterKey: false })).rejects.toThrow('is damaged');
    expect(readdirSync(folder.path)).toEqual(['backup']);
  });
});

describe('sluice backup and restore', () => {
  it('say what they have copied, and take a data folder or tables', async () => {
    using folder = new TemporaryFolder();
    const backup = join(folder.path, 'backup');
    expect(await runCli(['backup', backup, '--data', source.folder])).toEqual({ exitCode: 0, stdout: expect.stringMatching(/ has \d+ events and 1 blob\n$/), stderr: expect.stringContaining('the master key is not in it') });
    expect(await runCli(['restore', backup, '--data', join(folder.path, 'new')])).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('no master key') });
    const restored = await runCli(['restore', backup, '--data', join(folder.path, 'new'), '--master-key-file', join(source.folder, 'master.key'), '--json']);
    expect(JSON.parse(restored.stdout)).toMatchObject({ blobs: 1, masterKey: true });
    expect(await runCli(['backup', 'x', '--events-table', 'one'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--state-table') });
    expect(await runCli(['restore', backup, '--data', join(folder.path, 'new'), '--replace'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--replace') });
  });
});
