import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { Failure } from '#contracts/errors';

import { Connection } from './connection.ts';
import { requireSoundCopy } from './copied-file.ts';
import { migrate } from './migrations.ts';
import { isDamaged, sqliteCode } from './sqlite-error.ts';

/** An open data folder: the connection to its file, and the way to close both. */
export type DataFile = { readonly connection: Connection; close(): void };

/** The names within a data folder. */
export const DATABASE_FILE = 'sluice.db';
export const LOCK_FILE = 'sluice.lock';

/** Codes of the system, and primary codes of SQLite (READONLY, CANTOPEN), that say that the folder or a file in it may not be written. */
const FORBIDDEN: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS', 8, 14];

/** That the disk is full or fails: of SQLite IOERR, FULL. */
const FAILING: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 10, 13];

/** SQLITE_BUSY (https://sqlite.org/rescode.html#busy). */
const BUSY = 5;

/** Another process may read the file for a moment (a backup, somebody's shell); a write waits this long for it. */
const BUSY_TIMEOUT_MILLISECONDS = 5000;

/**
 * Opens the folder's file, for one process at a time, and brings it to the newest schema.
 * @throws Failure `conflict` when another process has the folder, or for a file that is newer, not ours or damaged; `unavailable` when it cannot be written.
 */
export function openDataFile(folder: string): DataFile {
  try {
    return openIn(folder);
  } catch (error) {
    throw refusalOf(folder, error) ?? error;
  }
}

function openIn(folder: string): DataFile {
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
    requireSoundCopy(connection, file);
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

/** An error of the disk in words for who starts the control plane; `undefined` for any other. */
function refusalOf(folder: string, error: unknown): Failure | undefined {
  const said = error instanceof Error ? error.message : String(error);
  if (isDamaged(error)) return new Failure('conflict', { detail: `${join(folder, DATABASE_FILE)} is damaged: ${said}. Restore a backup with \`sluice restore\`.`, cause: error });
  const code = sqliteCode(error) ?? (error instanceof Error && 'code' in error ? error.code : undefined);
  if (FORBIDDEN.includes(code)) return new Failure('unavailable', { detail: `The data folder ${folder} cannot be written: ${said}. Give the user that serves the right to write in it and in its files, or name another folder.`, cause: error });
  if (FAILING.includes(code)) return new Failure('unavailable', { detail: `The disk of the data folder ${folder} is full, or fails: ${said}. Make room on it, or name another folder.`, cause: error });
  return undefined;
}
