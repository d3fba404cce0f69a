import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Failure } from '#contracts/errors';
import { Connection } from '#standalone/connection';
import { APPLICATION_ID, migrate, migrations } from '#standalone/migrations';

const first = { name: 'first', sql: 'CREATE TABLE one (a TEXT) STRICT; INSERT INTO one VALUES (\'kept\')' };
const second = { name: 'second', sql: 'ALTER TABLE one ADD COLUMN b TEXT; UPDATE one SET b = \'filled\'' };
const broken = { name: 'broken', sql: 'CREATE TABLE half (a TEXT) STRICT; CREATE TABLE one (a TEXT) STRICT' };

describe('migrations', () => {
  let database: DatabaseSync;
  let connection: Connection;
  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    connection = new Connection(database);
  });
  afterEach(() => database.close());

  const pragma = (name: string) => database.prepare(`PRAGMA ${name}`).get()?.[name];
  const tables = () => database.prepare('SELECT name FROM sqlite_schema WHERE type = \'table\' ORDER BY name').all().map(({ name }) => name);

  it('bring a new file to the newest version and mark it as ours', () => {
    expect(migrate(connection, 'sluice.db')).toBe(migrations.length);
    expect(pragma('user_version')).toBe(migrations.length);
    expect(pragma('application_id')).toBe(APPLICATION_ID);
  });

  it('run only the steps that a file has not seen', () => {
    migrate(connection, 'sluice.db', [first]);
    expect(migrate(connection, 'sluice.db', [first, second])).toBe(2);
    expect(migrate(connection, 'sluice.db', [first, second])).toBe(2);
    expect(database.prepare('SELECT a, b FROM one').all()).toEqual([expect.objectContaining({ a: 'kept', b: 'filled' })]);
  });

  it('undo a step that fails and keep those before it', () => {
    expect(() => migrate(connection, 'sluice.db', [first, broken])).toThrow('migration 2 (broken)');
    expect(pragma('user_version')).toBe(1);
    expect(tables()).toEqual(['one']);
    expect(migrate(connection, 'sluice.db', [first, second])).toBe(2);
  });

  it('refuse a file of a newer Sluice and leave it as it is', () => {
    migrate(connection, 'sluice.db', [first, second]);
    expect(() => migrate(connection, 'sluice.db', [first])).toThrow(Failure);
    expect(() => migrate(connection, 'sluice.db', [first])).toThrow(/sluice\.db was written by a newer Sluice: it has schema version 2, this one knows 1/);
    expect(pragma('user_version')).toBe(2);
  });

  it('refuse a file of another program and leave it as it is', () => {
    database.exec('CREATE TABLE theirs (a TEXT)');
    expect(() => migrate(connection, 'sluice.db', [first])).toThrow(/not a file of Sluice/);
    expect(tables()).toEqual(['theirs']);
    database.exec('DROP TABLE theirs; PRAGMA application_id = 7');
    expect(() => migrate(connection, 'sluice.db', [first])).toThrow(/not a file of Sluice/);
  });

  it('keep the timers of a file in which their ids were not yet those of a tenant', () => {
    migrate(connection, 'sluice.db', migrations.slice(0, migrations.findIndex(({ name }) => name === 'marks')));
    database.exec("INSERT INTO timers (id, tenant, due_ms, payload, attempts, reason) VALUES ('one', 'default', 7, '{}', 2, 'busy')");
    database.exec("INSERT INTO failed_timers (id, tenant, payload, attempts, reason, failed_ms) VALUES ('old', 'default', '{}', 16, 'never', 8)");
    migrate(connection, 'sluice.db');
    expect(database.prepare('SELECT tenant, id, due_ms, attempts, reason FROM timers').all()).toEqual([expect.objectContaining({ tenant: 'default', id: 'one', due_ms: 7, attempts: 2, reason: 'busy' })]);
    expect(database.prepare('SELECT tenant, id, failed_ms FROM failed_timers').all()).toEqual([expect.objectContaining({ tenant: 'default', id: 'old', failed_ms: 8 })]);
    database.exec("INSERT INTO timers (tenant, id, due_ms, payload) VALUES ('other', 'one', 9, '{}')");
  });
});
