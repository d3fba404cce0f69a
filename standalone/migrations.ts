import { Failure } from '#contracts/errors';

import type { Connection } from './connection.ts';
import { integer } from './row.ts';
import { portsSchema } from './schema/0001-ports.ts';
import { workflowSchema } from './schema/0002-workflow.ts';
import { repetitionsSchema } from './schema/0003-repetitions.ts';
import { filtersSchema } from './schema/0004-filters.ts';
import { marksSchema } from './schema/0005-marks.ts';
import { checkpointsSchema } from './schema/0006-checkpoints.ts';
import { placeSchema } from './schema/0007-place.ts';
import { boundsSchema } from './schema/0007-bounds.ts';

/** One step of the file's schema: SQL that brings a file from the version before to this one. */
export type Migration = { readonly name: string; readonly sql: string };

/**
 * All steps in order; the first makes version 1. A step that was released is never changed: a new one is added at the end.
 */
export const migrations: readonly Migration[] = [
  { name: 'ports', sql: portsSchema }, { name: 'workflow', sql: workflowSchema }, { name: 'repetitions', sql: repetitionsSchema }, { name: 'filters', sql: filtersSchema },
  { name: 'marks', sql: marksSchema }, { name: 'checkpoints', sql: checkpointsSchema }, { name: 'place', sql: placeSchema }, { name: 'bounds', sql: boundsSchema },
];

/** Marks the file as ours ("SLUC" in ASCII), in the header field that SQLite keeps for this (https://sqlite.org/fileformat.html, offset 68). */
export const APPLICATION_ID = 0x53_4c_55_43;

/**
 * Brings a file to the newest version, each step in a transaction of its own, and answers that version. A new file counts as version 0.
 * @throws Failure `conflict` for a file of a newer Sluice or of another program; such a file is not changed.
 */
export function migrate(connection: Connection, file: string, steps: readonly Migration[] = migrations): number {
  const found = pragma(connection, 'user_version');
  refuseForeign(connection, file, found);
  if (found > steps.length) {
    throw new Failure('conflict', {
      detail: `${file} was written by a newer Sluice: it has schema version ${found}, this one knows ${steps.length}. Start the newer Sluice, or restore a copy from before the upgrade.`,
      context: { schemaVersion: found, knownSchemaVersion: steps.length },
    });
  }
  for (const [index, step] of steps.entries()) {
    if (index >= found) apply(connection, step, index + 1);
  }
  return steps.length;
}

/** A file that has tables but not our mark is somebody else's: it must not be filled with our tables. */
function refuseForeign(connection: Connection, file: string, found: number): void {
  const application = pragma(connection, 'application_id');
  if (application === APPLICATION_ID) return;
  const tables = connection.get('SELECT count(*) AS tables FROM sqlite_schema');
  if (application === 0 && found === 0 && tables !== undefined && integer(tables, 'tables') === 0) return;
  throw new Failure('conflict', `${file} is not a file of Sluice. Name another data folder.`);
}

/** Version and mark are in the file's first page and so part of the same transaction. */
function apply(connection: Connection, step: Migration, version: number): void {
  connection.execute('BEGIN IMMEDIATE');
  try {
    connection.execute(step.sql);
    connection.execute(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}; COMMIT`);
  } catch (error) {
    if (connection.inTransaction) connection.execute('ROLLBACK');
    throw new Error(`migration ${version} (${step.name}) failed and was undone`, { cause: error });
  }
}

function pragma(connection: Connection, name: 'user_version' | 'application_id'): number {
  const row = connection.get(`PRAGMA ${name}`);
  return row === undefined ? 0 : integer(row, name);
}
