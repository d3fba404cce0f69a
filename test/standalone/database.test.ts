import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Failure } from '#contracts/errors';
import { Database, MAXIMUM_QUEUED_REQUESTS } from '#standalone/database';
import { openStandalonePorts } from '#standalone/open-ports';

import { expectFailure } from '../contracts/subject.ts';
import { startChild } from './child.ts';
import { freshFolder } from './opened.ts';

describe('the database', () => {
  let folder: string;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    ({ folder, remove } = await freshFolder());
  });
  afterEach(() => remove());

  describe('requests', () => {
    it('are refused when too many wait, and those that were taken are done', async () => {
      const database = await Database.open(folder);
      const asked = Array.from({ length: MAXIMUM_QUEUED_REQUESTS + 500 }, () => database.run('readFeedEnd', { tenant: 'default' }));
      const outcomes = await Promise.allSettled(asked);
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      // One more than the queue holds was taken: the one that the worker had already.
      expect(refused).toHaveLength(499);
      expect(refused.every((reason) => reason instanceof Failure && reason.code === 'unavailable' && reason.retriable)).toBe(true);
      expect(await database.run('readFeedEnd', { tenant: 'default' })).toBe(0);
      await database.close();
    });

    it('that were made before it closes are done, and later ones are refused', async () => {
      const database = await Database.open(folder);
      const asked = Array.from({ length: 600 }, (_, index) => database.run('setTimer', { timer: `t${index}`, tenant: 'default', dueAt: 0, payload: '{}' }));
      await Promise.all([database.close(), ...asked]);
      await expectFailure(database.run('countTimers', { now: 0 }), 'unavailable');
      expect(database.isOpen).toBe(false);
      await database.close();
      const again = await Database.open(folder);
      expect(await again.run('countTimers', { now: 0 })).toMatchObject({ timers: 600 });
      await again.close();
    });

    it('that cannot be sent to its thread are refused, and others go on', async () => {
      const database = await Database.open(folder);
      const unsendable = JSON.parse('{}');
      unsendable.toString = () => 'a function crosses no thread';
      await expect(database.run('countTimers', unsendable)).rejects.toThrow('cannot be sent');
      expect(await database.run('countTimers', { now: 0 })).toMatchObject({ timers: 0 });
      await database.close();
    });

    it('that SQLite refuses are errors of the program, not failures', async () => {
      const database = await Database.open(folder);
      const wrong = JSON.parse('{"now":{"unheard":1}}');
      const outcome = await database.run('countTimers', wrong).then(() => undefined, (error: unknown) => error);
      expect(outcome).toBeInstanceOf(Error);
      expect(outcome).not.toBeInstanceOf(Failure);
      await database.close();
    });
  });

  describe('a data folder', () => {
    it('serves one process: another is refused until the first has gone, however it went', async () => {
      const first = startChild('./child-open.ts', folder);
      await first.written(1);
      expect(first.lines).toEqual(['opened']);
      const second = startChild('./child-open.ts', folder);
      expect(await second.ended()).toBe(0);
      expect(second.lines[0]).toMatch(/^conflict Another process uses the data folder/);
      await expectFailure(openStandalonePorts({ dataFolder: folder }), 'conflict');
      await first.kill();
      await (await openStandalonePorts({ dataFolder: folder })).close();
    });

    it('serves one opener within a process too', async () => {
      const first = await openStandalonePorts({ dataFolder: folder });
      await expectFailure(openStandalonePorts({ dataFolder: folder }), 'conflict');
      await first.close();
      await (await openStandalonePorts({ dataFolder: folder })).close();
      expect(await readdir(folder)).not.toContain('sluice.db-wal');
    });

    it('of a newer Sluice is refused and not touched', async () => {
      await (await openStandalonePorts({ dataFolder: folder })).close();
      const file = join(folder, 'sluice.db');
      const newer = new DatabaseSync(file);
      newer.exec('PRAGMA user_version = 9999; CREATE TABLE of_tomorrow (a TEXT)');
      newer.close();
      const before = await readFile(file);
      const failure = await expectFailure(openStandalonePorts({ dataFolder: folder }), 'conflict');
      expect(failure.detail.detail).toContain('newer Sluice');
      expect((await readFile(file)).equals(before)).toBe(true);
    });

    it('with a file that is none of SQLite\'s is refused and not touched', async () => {
      const file = join(folder, 'sluice.db');
      await writeFile(file, 'these are somebody\'s notes, and not a database at all, whatever its name may say'.repeat(20));
      const before = await readFile(file);
      await expect(openStandalonePorts({ dataFolder: folder })).rejects.toThrow('not a database');
      expect((await readFile(file)).equals(before)).toBe(true);
    });
  });
});
