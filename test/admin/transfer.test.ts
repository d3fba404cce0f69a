import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openDataFolder } from '#admin/data-folder';
import { importFrom, readKeyFile } from '#admin/transfer';
import { createTenant } from '#application/tenants/create-tenant';
import type { Imported } from '#application/transfer/import-transfer';
import { deploy, setUpShop } from '#test/application/shop';
import { SimulatedSystem } from '#test/application/simulated-system';
import { TemporaryFolder, runCli } from '#test/cli/run-cli';

import { contentsOfFolder, linesOf, workedAndStopped } from './installations.ts';

let source: SimulatedSystem;
let exported = '';
let masterKeyFile = '';

beforeAll(async () => {
  source = await workedAndStopped();
  exported = join(source.folder, 'all.jsonl');
  masterKeyFile = join(source.folder, 'master.key');
  await contentsOfFolder(source.folder, 'all.jsonl');
});

afterAll(async () => {
  await source.close();
});

async function bringIn(file: string, dataFolder: string): Promise<Imported> {
  const opened = await openDataFolder({ dataFolder, mayBeNew: true });
  try {
    return await importFrom(file, opened, await readKeyFile(masterKeyFile));
  } finally {
    await opened.close();
  }
}

describe('an exported file', () => {
  it('has analyses, keys, leases and secrets beside all events, and can be read by its owner only', () => {
    const kinds = Map.groupBy(linesOf(exported), ({ kind }) => kind);
    expect([...kinds.keys()]).toEqual(['sluice-export', 'event', 'key', 'lease', 'claim', 'secret', 'end']);
    expect(linesOf(exported).some((line) => line.kind === 'event' && line.event.type === 'LookTaken')).toBe(true);
    expect(kinds.get('lease')).toMatchObject([{ target: 'local', application: 'shop', stable: { release: '1.1.0' } }]);
    expect(readFileSync(exported, 'utf8')).not.toContain('battery staple');
    expect(statSync(exported).mode & 0o777).toBe(0o600);
  });

  it('makes another data folder the same: events with their hashes, read models, leases, keys and secrets', async () => {
    using folder = new TemporaryFolder();
    const imported = await bringIn(exported, folder.path);
    expect(imported).toMatchObject({ keys: 1, leases: 1, secrets: 1, secretsLeftOut: 0 });
    const before = await contentsOfFolder(source.folder, 'before.jsonl');
    const after = await contentsOfFolder(folder.path, 'after.jsonl');
    expect(after).toEqual(before);
    expect(after.secret).toBe('battery staple');
    expect(after.models['default deployments']).toHaveLength(3);
  });

  it('changes nothing when it is brought in again', async () => {
    using folder = new TemporaryFolder();
    await bringIn(exported, folder.path);
    expect(await bringIn(exported, folder.path)).toMatchObject({ events: 0, keys: 0, leases: 0, secrets: 0, secretsLeftOut: 0 });
  });

  it.each([
    ['an event that was changed', (lines: readonly string[]) => lines.map((line) => line.replace('"release":"1.2.0"', '"release":"6.6.6"')), 'was changed'],
    ['an event that is missing', (lines: readonly string[]) => lines.filter((line) => !line.includes('"type":"StepDispatched"')), 'the stream is not whole'],
    ['an end that is missing', (lines: readonly string[]) => lines.slice(0, -1), 'was cut off'],
    ['a line that is missing', (lines: readonly string[]) => lines.filter((line) => !line.includes('"kind":"lease"')), 'lines, and has'],
    ['a line of something else', (lines: readonly string[]) => [...lines.slice(0, 3), '{"kind":"else"}', ...lines.slice(3)], 'Line 4'],
  ])('is refused with %s, before anything is written', async (_what, change, told) => {
    using folder = new TemporaryFolder();
    const file = folder.write('changed.jsonl', `${change(readFileSync(exported, 'utf8').trimEnd().split('\n')).join('\n')}\n`);
    await expect(bringIn(file, folder.path)).rejects.toThrow(told);
    const contents = await contentsOfFolder(folder.path, 'after.jsonl');
    expect(contents.models['default resources']).toEqual([]);
    expect(linesOf(join(folder.path, 'after.jsonl')).filter(({ kind }) => kind === 'event')).toEqual([]);
  });

  it('is refused where something else has the same names', async () => {
    using folder = new TemporaryFolder();
    const other = await SimulatedSystem.open();
    await setUpShop(other, { strategy: { type: 'recreate' } });
    await other.stop();
    writeFileSync(join(folder.path, 'all.jsonl'), readFileSync(exported));
    await expect(bringIn(exported, other.folder)).rejects.toThrow('has another event as version 1');
    await other.close();
  });

  it('is not made while a deployment has not ended, which it names', async () => {
    const busy = await SimulatedSystem.open();
    await createTenant(busy.engine.contextOf('operator'), 'default', 'test');
    await setUpShop(busy);
    await deploy(busy, '1.0.0');
    const id = await deploy(busy, '1.1.0');
    await busy.stop();
    await expect(contentsOfFolder(busy.folder, 'all.jsonl')).rejects.toThrow(id);
    await busy.close();
  });
});

describe('the commands', () => {
  it('write one tenant to a file and bring it in, and say what secrets need', async () => {
    using folder = new TemporaryFolder();
    const file = join(folder.path, 'default.jsonl');
    const data = join(folder.path, 'new');
    const wrote = await runCli(['admin', 'export', file, '--tenant', 'default', '--data', source.folder]);
    expect(wrote).toEqual({ exitCode: 0, stdout: expect.stringMatching(/ has \d+ events, 0 long plans, 1 key, 1 lease and 1 secret\n$/), stderr: '' });
    const brought = await runCli(['admin', 'import', file, '--data', data, '--json']);
    expect(brought).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('1 secret left out') });
    expect(JSON.parse(brought.stdout)).toMatchObject({ keys: 1, secrets: 0, secretsLeftOut: 1 });
    const again = await runCli(['admin', 'import', file, '--data', data, '--source-master-key-file', masterKeyFile, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ events: 0, secrets: 1, secretsLeftOut: 0 });
  });

  it('write over no file, and name a file that is not there', async () => {
    expect(await runCli(['admin', 'export', exported, '--data', source.folder])).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('is there already') });
    expect(await runCli(['admin', 'import', '/nonexistent/file', '--data', source.folder])).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('/nonexistent/file') });
  });

  it('take both tables of a control plane on AWS, or none', async () => {
    expect(await runCli(['admin', 'export', 'x', '--events-table', 'one'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--state-table') });
    expect(await runCli(['admin', 'export', 'x', '--events-table', 'one', '--state-table', 'two', '--data', 'three'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('two places') });
  });
});
