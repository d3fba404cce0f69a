import { Failure } from '#contracts/errors';

import type { Connection } from './connection.ts';
import type { DatabaseReply, DatabaseRequest } from './database-messages.ts';
import { sqliteCode } from './sqlite-error.ts';

/** Finds a transaction function by its name. Input and output were typed where the name was given. */
export type FindTransaction = (name: string) => ((connection: Connection, input: unknown) => unknown) | undefined;

/**
 * Runs requests under one commit, and so one fsync. Each has a savepoint: one that fails leaves nothing behind and does not
 * undo the others. A reply exists only when the commit is durable; if it cannot be made, all requests fail alike.
 */
export function runBatch(connection: Connection, find: FindTransaction, requests: readonly DatabaseRequest[]): readonly DatabaseReply[] {
  try {
    connection.execute('BEGIN IMMEDIATE');
    const replies = requests.map((request) => runRequest(connection, find, request));
    connection.execute('COMMIT');
    return replies;
  } catch (error) {
    if (connection.inTransaction) connection.execute('ROLLBACK');
    return requests.map(() => replyOfError(error));
  }
}

function runRequest(connection: Connection, find: FindTransaction, request: DatabaseRequest): DatabaseReply {
  const transaction = find(request.name);
  if (transaction === undefined) return replyOfError(new Error(`no transaction function is named ${request.name}`));
  connection.execute('SAVEPOINT request');
  try {
    const output = transaction(connection, request.input);
    connection.execute('RELEASE request');
    return { outcome: 'done', output };
  } catch (error) {
    // After some errors (a full disk, a failed write) SQLite has undone the whole transaction, the other requests' work with it.
    if (!connection.inTransaction) throw error;
    connection.execute('ROLLBACK TO request; RELEASE request');
    return replyOfError(error);
  }
}

/** Primary result codes that say that the machine, not the program, is at fault: SQLITE_BUSY, NOMEM, READONLY, IOERR, FULL, CANTOPEN. */
const OUTAGES: readonly number[] = [5, 7, 8, 10, 13, 14];

/** An error as it crosses the thread. */
export function replyOfError(error: unknown): DatabaseReply {
  if (error instanceof Failure) {
    // The cause stays here: it may hold what cannot be sent between threads.
    const { cause: _cause, ...detail } = error.detail;
    return { outcome: 'failed', code: error.code, detail };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const code = sqliteCode(error);
  if (code !== undefined && OUTAGES.includes(code)) {
    return { outcome: 'failed', code: 'unavailable', detail: { detail: `The database cannot work now: ${message}`, retryAfterSeconds: 1 } };
  }
  return { outcome: 'bug', message, stack: stack ?? '' };
}

/** The error that a reply stands for. */
export function errorOfReply(reply: Exclude<DatabaseReply, { outcome: 'done' }>): Error {
  switch (reply.outcome) {
    case 'failed':
      return new Failure(reply.code, reply.detail);
    case 'bug':
      return new Error(`${reply.message}\n${reply.stack}`);
  }
}
