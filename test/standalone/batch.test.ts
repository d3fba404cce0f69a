import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Failure } from '#contracts/errors';
import { errorOfReply, runBatch } from '#standalone/batch';
import type { FindTransaction } from '#standalone/batch';
import { Connection } from '#standalone/connection';

/** A connection that notes the statements that frame transactions. */
class NotingConnection extends Connection {
  readonly executed: string[] = [];

  override execute(sql: string): void {
    this.executed.push(sql);
    super.execute(sql);
  }
}

const find: FindTransaction = (name) => {
  switch (name) {
    case 'note':
      return (connection, input) => connection.run('INSERT INTO notes VALUES (?)', String(input));
    case 'note-and-fail':
      return (connection, input) => {
        connection.run('INSERT INTO notes VALUES (?)', String(input));
        throw new Failure('conflict', { detail: `no ${String(input)}`, cause: () => 'cannot cross a thread' });
      };
    case 'note-and-break':
      return (connection, input) => {
        connection.run('INSERT INTO notes VALUES (?)', String(input));
        throw new Error('a bug');
      };
    case 'undo-all':
      return (connection) => {
        connection.execute('ROLLBACK');
        throw new Error('SQLite undid the transaction');
      };
    default:
      return undefined;
  }
};

describe('a batch', () => {
  let database: DatabaseSync;
  let connection: NotingConnection;
  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE notes (text TEXT NOT NULL) STRICT');
    connection = new NotingConnection(database);
  });
  afterEach(() => database.close());

  const notes = () => connection.all('SELECT text FROM notes ORDER BY text').map(({ text }) => text);
  const run = (...requests: readonly (readonly [name: string, input: string])[]) => runBatch(connection, find, requests.map(([name, input]) => ({ name, input })));

  it('runs all requests under one commit', () => {
    expect(run(['note', 'a'], ['note', 'b'], ['note', 'c'])).toEqual([{ outcome: 'done', output: 1 }, { outcome: 'done', output: 1 }, { outcome: 'done', output: 1 }]);
    expect(connection.executed.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
    expect(notes()).toEqual(['a', 'b', 'c']);
  });

  it('undoes a request that fails and keeps the others', () => {
    const replies = run(['note', 'a'], ['note-and-fail', 'b'], ['note-and-break', 'c'], ['unheard', 'd'], ['note', 'e']);
    expect(replies.map(({ outcome }) => outcome)).toEqual(['done', 'failed', 'bug', 'bug', 'done']);
    expect(notes()).toEqual(['a', 'e']);
  });

  it('gives a failure on with its code and detail, without its cause', () => {
    const [reply] = run(['note-and-fail', 'b']);
    expect(reply).toEqual({ outcome: 'failed', code: 'conflict', detail: { detail: 'no b' } });
    if (reply === undefined || reply.outcome === 'done') throw new Error('it should have failed');
    expect(errorOfReply(reply)).toBeInstanceOf(Failure);
  });

  it('fails as a whole when the transaction is lost', () => {
    const replies = run(['note', 'a'], ['undo-all', ''], ['note', 'b']);
    expect(replies.map(({ outcome }) => outcome)).toEqual(['bug', 'bug', 'bug']);
    expect(notes()).toEqual([]);
    expect(run(['note', 'c'])).toEqual([{ outcome: 'done', output: 1 }]);
  });

  it('says that it is unavailable, and keeps nothing of the request, when there is no space left', () => {
    database.exec('PRAGMA max_page_count = 4');
    const [small, large] = run(['note', 'a'], ['note', 'x'.repeat(100_000)]);
    expect(large).toMatchObject({ outcome: 'failed', code: 'unavailable' });
    expect(notes()).toEqual(small?.outcome === 'done' ? ['a'] : []);
  });
});
