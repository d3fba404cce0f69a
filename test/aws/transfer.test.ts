import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { openTables } from '#admin/aws-tables';
import { backUpTables, restoreTables } from '#admin/backup-tables';
import { openDataFolder } from '#admin/data-folder';
import { importFrom, readKeyFile } from '#admin/transfer';
import { contentsOf, contentsOfFolder, workedAndStopped } from '#test/admin/installations';
import type { Contents } from '#test/admin/installations';
import type { SimulatedSystem } from '#test/application/simulated-system';
import { TemporaryFolder, runCli } from '#test/cli/run-cli';

import { freshTables } from './tables.ts';
import type { FreshTables } from './tables.ts';

const MASTER_KEY = 'ab'.repeat(32);

let source: SimulatedSystem;
let before: Contents;
let tables: FreshTables;
const folder = new TemporaryFolder();
const inFolder = (name: string) => join(folder.path, name);
const named = () => ({ eventsTable: tables.eventsName, stateTable: tables.stateName });
const masterKeyFile = inFolder('aws-master.key');

beforeAll(async () => {
  writeFileSync(masterKeyFile, MASTER_KEY);
  source = await workedAndStopped();
  before = await contentsOfFolder(source.folder, 'before.jsonl');
  tables = await freshTables();
  const opened = await openTables({ ...named(), masterKeyFile });
  await importFrom(join(source.folder, 'before.jsonl'), opened, await readKeyFile(join(source.folder, 'master.key')));
  await opened.close();
});

afterAll(async () => {
  await source.close();
  tables.close();
  folder[Symbol.dispose]();
});

async function contentsOfTables(of: { readonly eventsTable: string; readonly stateTable: string }, file: string): Promise<Contents> {
  const opened = await openTables({ ...of, masterKeyFile });
  try {
    return await contentsOf(opened, inFolder(file));
  } finally {
    await opened.close();
  }
}

it('what a standalone installation had is equal on DynamoDB, and equal again in another data folder', async () => {
  const onAws = await contentsOfTables(named(), 'aws.jsonl');
  expect(onAws).toEqual(before);
  using back = new TemporaryFolder();
  const opened = await openDataFolder({ dataFolder: back.path, mayBeNew: true });
  await importFrom(inFolder('aws.jsonl'), opened, await readKeyFile(masterKeyFile));
  await opened.close();
  expect(await contentsOfFolder(back.path, 'back.jsonl')).toEqual(before);
});

it('what was imported counts as relayed, and is in the feed in its order', async () => {
  const opened = await openTables(named());
  const feed = (await opened.context.ports.events.readFeed('default', undefined, 500)).map(({ stream, version }) => `${stream} ${version}`);
  await opened.close();
  const relayed = await tables.state.query('default#relayed');
  expect(relayed.length).toBeGreaterThan(5);
  expect(new Set(feed).size).toBe(feed.length);
  const original = await openDataFolder({ dataFolder: source.folder, mayBeNew: false });
  expect(feed).toEqual((await original.context.ports.events.readFeed('default', undefined, 500)).map(({ stream, version }) => `${stream} ${version}`));
  await original.close();
});

it('without the master key, secrets\' values are left out and the command says so', async () => {
  const result = await runCli(['admin', 'export', inFolder('no-secrets.jsonl'), '--events-table', named().eventsTable, '--state-table', named().stateTable], { environment: awsEnvironment() });
  expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('0 secrets'), stderr: expect.stringContaining('--master-key-file') });
});

it('a backup of both tables is restored into new ones, which then have the same', async () => {
  const counts = await backUpTables(inFolder('backup.jsonl'), named(), '2026-11-21T12:00:00.000Z');
  const other = await freshTables();
  const otherNames = { eventsTable: other.eventsName, stateTable: other.stateName };
  expect(await restoreTables(inFolder('backup.jsonl'), otherNames, { replace: false })).toEqual(counts);
  expect(await contentsOfTables(otherNames, 'restored.jsonl')).toEqual(before);
  await expect(restoreTables(inFolder('backup.jsonl'), otherNames, { replace: false })).rejects.toThrow('is not empty');
  await other.state.put({ pk: 'default#queue', sk: 'left-over' });
  const replaced = await runCli(['restore', inFolder('backup.jsonl'), '--events-table', other.eventsName, '--state-table', other.stateName, '--replace', '--json'], { environment: awsEnvironment() });
  expect(JSON.parse(replaced.stdout)).toEqual(counts);
  expect(await other.state.get({ pk: 'default#queue', sk: 'left-over' })).toBeUndefined();
  other.close();
});

it('a backup that was cut off is refused before anything is removed', async () => {
  const lines = readFileSync(inFolder('backup.jsonl'), 'utf8').trimEnd().split('\n');
  writeFileSync(inFolder('cut.jsonl'), lines.filter((_line, index) => index !== 5).join('\n'));
  await expect(restoreTables(inFolder('cut.jsonl'), named(), { replace: true })).rejects.toThrow('is not whole');
  expect((await tables.state.query('default#lease')).length).toBe(1);
});

/** What a command needs to find the same DynamoDB. */
function awsEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[0].startsWith('AWS_') && entry[1] !== undefined));
}
