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
});
