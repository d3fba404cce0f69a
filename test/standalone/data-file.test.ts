import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { describe, expect, it, onTestFinished } from 'vitest';

import { DATABASE_FILE, openDataFile } from '#standalone/data-file';
import { openStandalonePorts } from '#standalone/open-ports';

import { freshFolder } from './opened.ts';

async function folderNamed(): Promise<string> {
  const { folder, remove } = await freshFolder();
  onTestFinished(remove);
  return folder;
}

/** A data folder with three events in two streams. */
async function filled(): Promise<string> {
  const folder = await folderNamed();
  const { ports, close } = await openStandalonePorts({ dataFolder: folder });
  for (const [stream, expectedVersion] of [['a', 0], ['a', 1], ['b', 0]] as const) {
    await ports.events.append({ tenant: 'acme', stream: `deployment/${stream}`, expectedVersion, at: '2026-11-21T12:00:00.000Z', traceId: 'a'.repeat(32), events: [{ type: 'DeploymentFailed', payload: { reason: 'why' } }] });
  }
  await close();
  return folder;
}

describe('a data file', () => {
  it('is written with a log that is on the disk before a commit returns', async () => {
    const { connection, close } = openDataFile(await folderNamed());
    expect([connection.get('PRAGMA journal_mode'), connection.get('PRAGMA synchronous')]).toEqual([{ journal_mode: 'wal' }, { synchronous: 2 }]);
    close();
  });

  it('that was copied opens like the first, and each of them again', async () => {
    const first = await filled();
    const copy = await folderNamed();
    cpSync(first, copy, { recursive: true });
    for (const folder of [copy, first, copy]) expect(() => openDataFile(folder).close()).not.toThrow();
  });

  it.each([
    ['the newest event of a stream is missing', "DELETE FROM events WHERE stream = 'deployment/b'", 'streams whose newest event is missing'],
    ['an event in the middle is missing', "DELETE FROM events WHERE stream = 'deployment/a' AND version = 1", 'streams with gaps'],
    ['a stream has not heard of its event', "DELETE FROM streams WHERE stream = 'deployment/b'", 'events that their stream does not know'],
    ['an event was relayed that is not there', 'UPDATE relay SET position = 4', 'relayed events that are missing'],
  ])('that was copied is refused when %s, with what to do about it', async (_what, sql, told) => {
    const first = await filled();
    const database = new DatabaseSync(join(first, DATABASE_FILE));
    database.exec(sql);
    database.close();
    // Where it was opened last, it is not looked through again: what is there was written there.
    openDataFile(first).close();
    const copy = await folderNamed();
    cpSync(first, copy, { recursive: true });
    for (let times = 0; times < 2; times += 1) {
      expect(() => openDataFile(copy)).toThrow(expect.objectContaining({ code: 'conflict', message: expect.stringMatching(new RegExp(`${told}.*sluice restore`)) }));
    }
  });

  it('of which pages were overwritten is refused when it was copied', async () => {
    const first = await filled();
    const copy = await folderNamed();
    cpSync(first, copy, { recursive: true });
    const content = readFileSync(join(copy, DATABASE_FILE));
    content.fill(0, 8192, 8192 + 4096 * 10);
    writeFileSync(join(copy, DATABASE_FILE), content);
    expect(() => openDataFile(copy)).toThrow(expect.objectContaining({ code: 'conflict', message: expect.stringContaining('sluice restore') }));
  });

  it('that is no database is refused', async () => {
    const folder = await folderNamed();
    writeFileSync(join(folder, DATABASE_FILE), 'a text of more than a hundred characters, so that it is as long as the header that a database begins with, and more');
    expect(() => openDataFile(folder)).toThrow(expect.objectContaining({ code: 'conflict', message: expect.stringContaining('is damaged') }));
  });
});
