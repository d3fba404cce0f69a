import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { Failure } from '#contracts/errors';

import { Connection } from './connection.ts';
import { migrate } from './migrations.ts';
import { sqliteCode } from './sqlite-error.ts';

/** An open data folder: the connection to its file, and the way to close both. */
export type DataFile = { readonly connection: Connection; close(): void };

/** The names within a data folder. */
export const DATABASE_FILE = 'sluice.db';
export const LOCK_FILE = 'sluice.lock';

/** SQLITE_BUSY (https://sqlite.org/rescode.html#busy). */
const BUSY = 5;

/** Another process may read the file for a moment (a backup, somebody's shell); a write waits this long for it. */
const BUSY_TIMEOUT_MILLISECONDS = 5000;

/**
 * Opens the folder's file, for one process at a time, and brings it to the newest schema.
 * @throws Failure `conflict` when another process has the folder, or for a file that is newer or not ours.
 */
export function openDataFile(folder: string): DataFile {
  // Only the owner reads what is here: events, hashes of keys, sealed secrets.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = takeLock(folder);
  const file = join(folder, DATABASE_FILE);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(ownFile(file), { timeout: BUSY_TIMEOUT_MILLISECONDS, enableForeignKeyConstraints: true });
    const connection = new Connection(database);
    migrate(connection, file);
    // WAL with FULL calls fsync before each commit returns (https://sqlite.org/pragma.html#pragma_synchronous): what is answered is durable.
    connection.execute('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF');
    return { connection, close: () => closeAll(database, lock) };
  } catch (error) {
    closeAll(database, lock);
    throw error;
  }
}

/**
 * An exclusive transaction on a file of its own, never committed. It is a lock of the operating system, so it ends with the process,
 * however that ends, and nothing stale is ever left behind.
 */
function takeLock(folder: string): DatabaseSync {
  const lock = new DatabaseSync(ownFile(join(folder, LOCK_FILE)), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (sqliteCode(error) !== BUSY) throw error;
    throw new Failure('conflict', { detail: `Another process uses the data folder ${folder}. One folder serves one process: stop the other one, or name another folder.`, cause: error });
  }
}

/**
 * Makes a file that is missing for its owner alone: a folder that was there before may be open to others, and who can read the lock's file
 * can take the lock. SQLite gives what it puts beside a file (`-wal`, `-shm`, `-journal`) the file's own mode.
 */
function ownFile(path: string): string {
  closeSync(openSync(path, 'a', 0o600));
  return path;
}

/** The lock is given up last, when nothing of the file is open any more. */
function closeAll(database: DatabaseSync | undefined, lock: DatabaseSync): void {
  database?.close();
  lock.close();
}
