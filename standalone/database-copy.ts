import { open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';

import { Failure } from '#contracts/errors';

import { Connection } from './connection.ts';
import { APPLICATION_ID } from './migrations.ts';
import { integer, text } from './row.ts';

/** How long the copy waits for somebody who holds the file for a moment, as a checkpoint of the log does. */
const BUSY_TIMEOUT_MILLISECONDS = 5000;

/**
 * Copies a database to a new file that only its owner can read, as it is in one moment, also while a control plane writes to it: SQLite reads within one transaction
 * (https://sqlite.org/lang_vacuum.html#vacuuminto), which holds up no writer in WAL mode. The copy is on the disk and checked when this returns; it answers how many events the copy has.
 * @throws Failure `conflict` for a file that is not ours; `internal-error` when the copy is not sound, because the file itself is damaged
 */
export async function copyDatabase(file: string, to: string): Promise<number> {
  // An empty file of the right mode; SQLite writes into it, and gives nobody else a look.
  const copy = await open(to, 'wx', 0o600);
  try {
    const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MILLISECONDS });
    try {
      const connection = new Connection(database);
      if (integer(connection.get('PRAGMA application_id') ?? {}, 'application_id') !== APPLICATION_ID) throw new Failure('conflict', `${file} is not a file of Sluice. Name another data folder.`);
      connection.run('VACUUM INTO ?', to);
    } finally {
      database.close();
    }
    // SQLite does not save what VACUUM INTO has written.
    await copy.sync();
  } finally {
    await copy.close();
  }
  return checkDatabase(to);
}

/** Reads a database to its end and answers how many events it has. @throws Failure `internal-error` for one that is damaged */
export function checkDatabase(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const connection = new Connection(database);
    const said = text(connection.get('PRAGMA integrity_check') ?? {}, 'integrity_check');
    if (said !== 'ok') throw new Failure('internal-error', `${file} is damaged: ${said}`);
    return integer(connection.get('SELECT count(*) AS events FROM events') ?? {}, 'events');
  } finally {
    database.close();
  }
}
