import { createHash } from 'node:crypto';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { auditPlace } from '#admin/audit';
import { canonicalJson } from '#contracts/canonical-json';
import type { SimulatedSystem } from '#test/application/simulated-system';
import { TemporaryFolder, runCli } from '#test/cli/run-cli';

import { workedAndStopped } from './installations.ts';

let source: SimulatedSystem;
let stream = '';
let middle = 0;
let length = 0;

beforeAll(async () => {
  source = await workedAndStopped();
  await source.start();
  // Two minutes, so that a sweep has sealed all that there is.
  await source.pass(120);
  await source.stop();
  const database = new DatabaseSync(join(source.folder, 'sluice.db'), { readOnly: true });
  const longest = database.prepare("SELECT stream, max(version) AS length FROM events WHERE tenant = 'default' AND stream LIKE 'deployment/%' GROUP BY stream ORDER BY length DESC LIMIT 1").get();
  database.close();
  stream = String(longest?.stream);
  length = Number(longest?.length);
  middle = Math.floor(length / 2);
});

afterAll(async () => {
  await source.close();
});

type Change = (database: DatabaseSync) => void;

/** What an audit finds in a copy of the data folder in which something was changed. */
async function foundAfter(change: Change, against?: string) {
  using folder = new TemporaryFolder();
  const dataFolder = join(folder.path, 'data');
  cpSync(source.folder, dataFolder, { recursive: true });
  const database = new DatabaseSync(join(dataFolder, 'sluice.db'));
  change(database);
  database.close();
  const { findings } = await auditPlace({ dataFolder }, against);
  return findings.map((one) => `${one.kind} ${one.stream === stream ? 'STREAM' : (one.stream ?? one.tenant ?? 'all')}${one.version === undefined ? '' : ` ${one.version - middle}`}`);
}

/** Removes events, and what else would tell so: positions are closed up, and the table of streams follows. */
const cut = (database: DatabaseSync, where: string): void => {
  database.exec(`DELETE FROM events WHERE ${where}`);
  database.exec('UPDATE events SET position = -position; UPDATE events SET position = (SELECT count(*) FROM events AS other WHERE other.position >= events.position)');
  database.exec('UPDATE streams SET version = (SELECT coalesce(max(version), 0) FROM events WHERE events.tenant = streams.tenant AND events.stream = streams.stream)');
  database.exec('UPDATE streams SET hash = (SELECT hash FROM events WHERE events.tenant = streams.tenant AND events.stream = streams.stream AND events.version = streams.version) WHERE version > 0; DELETE FROM streams WHERE version = 0');
  database.exec('UPDATE relay SET position = (SELECT max(position) FROM events); UPDATE checkpointed SET position = (SELECT max(position) FROM events)');
};

const chainAnew: Change = (database) => chainOf(database, stream);

/** Computes all hashes of a stream anew, as somebody does who knows how they are made. */
const chainOf = (database: DatabaseSync, stream: string): void => {
  let hash = '0'.repeat(64);
  for (const row of database.prepare('SELECT * FROM events WHERE stream = ? ORDER BY version').all(stream)) {
    const envelope = { tenant: row.tenant, stream: row.stream, version: row.version, type: row.type, schemaVersion: row.schema_version, payload: JSON.parse(String(row.payload)), at: row.at, traceId: row.trace_id };
    hash = createHash('sha256').update(hash).update(canonicalJson(envelope)).digest('hex');
    database.prepare('UPDATE events SET hash = ? WHERE stream = ? AND version = ?').run(hash, stream, Number(row.version));
  }
  database.prepare('UPDATE streams SET hash = ? WHERE stream = ?').run(hash, stream);
};

const changePayload: Change = (database) => void database.prepare("UPDATE events SET at = '2020-01-01T00:00:00.000Z' WHERE stream = ? AND version = ?").run(stream, middle);

describe('an audit of a data folder', () => {
  it('finds nothing in what nobody has changed, all of it sealed', async () => {
    const report = await auditPlace({ dataFolder: source.folder });
    expect(report).toMatchObject({ found: 0, findings: [], sealsChecked: true, tenants: 2 });
    expect(report.unsealed.events).toBeLessThan(report.events / 10);
    expect(Object.keys(report.checkpoints).toSorted()).toEqual(['default', 'operator']);
  });

  it.each<readonly [what: string, change: Change, found: readonly string[]]>([
    ['an event was changed', changePayload, ['changed STREAM 0']],
    ['two events have changed places', (database) => {
      database.prepare('UPDATE events SET version = -1 WHERE stream = ? AND version = ?').run(stream, middle);
      database.prepare('UPDATE events SET version = ? WHERE stream = ? AND version = ?').run(middle, stream, middle + 1);
      database.prepare('UPDATE events SET version = ? WHERE stream = ? AND version = -1').run(middle + 1, stream);
    }, ['changed STREAM 0', 'changed STREAM 1', 'reordered STREAM 1', 'changed STREAM 2']],
    ['the order of all events was changed', (database) => {
      database.prepare('UPDATE events SET position = -position WHERE stream = ? AND version IN (?, ?)').run(stream, middle, middle + 1);
      const [first, second] = database.prepare('SELECT -position AS position FROM events WHERE stream = ? AND position < 0 ORDER BY version').all(stream).map((row) => Number(row.position));
      database.prepare('UPDATE events SET position = ? WHERE stream = ? AND version = ?').run(second ?? 0, stream, middle);
      database.prepare('UPDATE events SET position = ? WHERE stream = ? AND version = ?').run(first ?? 0, stream, middle + 1);
    }, ['reordered STREAM 1']],
    ['an event is kept from the bus', (database) => void database.prepare('UPDATE events SET relayed = 0 WHERE stream = ? AND version = ?').run(stream, middle), ['changed STREAM 0']],
    ['an event cannot be read', (database) => void database.prepare("UPDATE events SET payload = '{' WHERE stream = ? AND version = ?").run(stream, middle), ['changed all', 'removed STREAM 0']],
    ['an event was removed in the middle', (database) => void database.prepare('DELETE FROM events WHERE stream = ? AND version = ?').run(stream, middle), ['removed STREAM 0', 'removed all']],
    ['the end of a stream was cut off, and every trace but the checkpoints', (database) => cut(database, `stream = '${stream}' AND version >= ${middle}`), ['removed STREAM 0']],
    ['a stream was removed, and every trace but the checkpoints', (database) => cut(database, `stream = '${stream}'`), [expect.stringMatching(/^removed STREAM/)]],
    ['a stream was removed from the table of events alone', (database) => void database.prepare('DELETE FROM events WHERE stream = ?').run(stream), expect.arrayContaining([expect.stringMatching(/^removed STREAM/), 'removed all'])],
    ['an event was changed, and all hashes after it', (database) => {
      changePayload(database);
      chainAnew(database);
    }, expect.arrayContaining([expect.stringMatching(/^rewritten STREAM/)])],
    ['events were appended behind the table of streams', (database) => {
      database.prepare('INSERT INTO events SELECT tenant, stream, version + 1, (SELECT max(position) + 1 FROM events), relayed, type, schema_version, payload, at, trace_id, hash FROM events WHERE stream = ? AND version = ?').run(stream, length);
      chainAnew(database);
      database.prepare('UPDATE streams SET hash = (SELECT hash FROM events WHERE stream = ? AND version = ?) WHERE stream = ?').run(stream, length, stream);
    }, [expect.stringMatching(/^added STREAM/)]],
    ['a checkpoint was changed', (database) => void database.exec("UPDATE checkpoints SET heads = replace(heads, '\"version\":', '\"version\":1') WHERE tenant = 'default' AND number = 1"), expect.arrayContaining(['checkpoint default'])],
    ['a checkpoint was removed', (database) => void database.exec("DELETE FROM checkpoints WHERE tenant = 'default' AND number = 1"), expect.arrayContaining(['checkpoint default'])],
    ['a tenant\'s last checkpoint was removed', (database) => void database.exec("DELETE FROM checkpoints WHERE tenant = 'default' AND number = (SELECT max(number) FROM checkpoints WHERE tenant = 'default')"), ['checkpoint default']],
    ['the data key under which checkpoints are sealed was removed', (database) => void database.exec("DELETE FROM data_keys WHERE tenant = 'default'"), expect.arrayContaining(['checkpoint default'])],
  ])('finds it when %s', async (_what, change, found) => {
    expect(await foundAfter(change)).toEqual(found);
  });

  it('finds that everything was set back to an earlier state only against an earlier report', async () => {
    using folder = new TemporaryFolder();
    const before = await auditPlace({ dataFolder: source.folder });
    const against = folder.write('report.json', JSON.stringify(before));
    expect(await foundAfter(() => undefined, against)).toEqual([]);
    const setBack: Change = (database) => {
      database.exec("DELETE FROM checkpoints WHERE tenant = 'operator' AND number > 1; DELETE FROM checkpoints WHERE tenant = 'default' AND number > 1");
      const sealed = database.prepare("SELECT json_extract(value, '$.stream') AS stream FROM checkpoints, json_each(heads) WHERE tenant = 'default'").all().map((row) => `'${String(row.stream)}'`);
      cut(database, `tenant = 'default' AND stream NOT IN (${sealed.join()})`);
    };
    expect(await foundAfter(setBack)).toEqual([]);
    expect(await foundAfter(setBack, against)).toEqual(expect.arrayContaining(['checkpoint default', 'checkpoint operator']));
  });

  it('finds it when events were written anew and sealed by the control plane again, since it sealed those of hours at once, unless an earlier report knows it', async () => {
    using folder = new TemporaryFolder();
    const system = await workedAndStopped();
    try {
      await system.start();
      // An hour in which something happens from time to time, each sealed in its minute.
      for (let round = 0; round < 6; round += 1) {
        await system.call('putTarget', { params: { name: `new-${round}` }, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name: `new-${round}` }, spec: { provider: 'agent' } } });
        await system.pass(660);
      }
      await system.stop();
      const before = await auditPlace({ dataFolder: system.folder });
      expect(before.findings).toEqual([]);
      const database = new DatabaseSync(join(system.folder, 'sluice.db'));
      expect(database.prepare(`UPDATE events SET trace_id = '${'f'.repeat(32)}' WHERE stream = 'target/new-0' AND version = 1`).run().changes).toBe(1);
      chainOf(database, 'target/new-0');
      database.exec('DELETE FROM checkpoints; UPDATE checkpointed SET position = 0');
      database.close();
      await system.start();
      await system.pass(120);
      await system.stop();
      const after = await auditPlace({ dataFolder: system.folder });
      expect(after.findings).toEqual([{ kind: 'late', tenant: 'default', reason: expect.stringContaining('checkpoint 1 sealed events of a long time at once') }]);
      expect((await auditPlace({ dataFolder: system.folder }, folder.write('after.json', JSON.stringify(after)))).findings).toEqual([]);
      expect((await auditPlace({ dataFolder: system.folder }, folder.write('before.json', JSON.stringify(before)))).findings.map(({ kind }) => kind)).toContain('checkpoint');
    } finally {
      await system.close();
    }
  });

  it('goes beside a control plane that is at work', async () => {
    const before = await auditPlace({ dataFolder: source.folder });
    await source.start();
    await source.call('putTarget', { params: { name: 'new' }, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name: 'new' }, spec: { provider: 'agent' } } });
    expect(await auditPlace({ dataFolder: source.folder })).toMatchObject({ found: 0, events: before.events + 1, streams: before.streams + 1 });
    await source.stop();
  });

  it('goes without the master key, and says that seals were not compared', async () => {
    using folder = new TemporaryFolder();
    cpSync(source.folder, folder.path, { recursive: true });
    rmSync(join(folder.path, 'master.key'));
    expect(await auditPlace({ dataFolder: folder.path })).toMatchObject({ found: 0, sealsChecked: false });
    writeFileSync(join(folder.path, 'other.key'), '00'.repeat(32));
    await expect(auditPlace({ dataFolder: folder.path, masterKeyFile: join(folder.path, 'other.key') })).rejects.toThrow('not the one that this data was made with');
  });
});

describe('sluice audit verify', () => {
  it('says what it has read, and ends with 14 when it finds something', async () => {
    using folder = new TemporaryFolder();
    cpSync(source.folder, folder.path, { recursive: true });
    expect(await runCli(['audit', 'verify', '--data', folder.path])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^nothing was changed, removed or reordered in \d+ events of \d+ streams of 2 tenants\n$/) });
    const database = new DatabaseSync(join(folder.path, 'sluice.db'));
    changePayload(database);
    database.close();
    expect(await runCli(['audit', 'verify', '--data', folder.path])).toMatchObject({ exitCode: 14, stdout: expect.stringMatching(new RegExp(`^changed: default ${stream} version ${middle}: `)) });
    const { stdout } = await runCli(['audit', 'verify', '--data', folder.path, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ found: 1, findings: [{ kind: 'changed', tenant: 'default', stream, version: middle }] });
    writeFileSync(join(folder.path, 'sluice.db'), 'this is no database, though it is long enough to be taken for one at the first look');
    expect(await runCli(['audit', 'verify', '--data', folder.path])).toMatchObject({ exitCode: 70, stderr: expect.stringContaining('is damaged') });
  });
});
