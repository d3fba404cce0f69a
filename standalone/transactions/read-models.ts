import { REMOVED_KEPT_DAYS } from '#ports/read-model';

import type { Connection } from '../connection.ts';
import { END_OF_TEXT } from '../end-of-text.ts';
import { integer, text } from '../row.ts';
import type { Row } from '../row.ts';

/** A document as it is stored: `foundBy` and `document` are JSON text. */
export type DocumentRow = { readonly key: string; readonly version: number; readonly foundBy: string; readonly document: string };

type Place = { readonly tenant: string; readonly model: string };

type ListInput = Place & {
  readonly filter: { readonly index: string; readonly value: string } | null;
  /** What keys begin with; empty for all. */
  readonly prefix: string;
  readonly after: string | null;
  readonly limit: number;
  readonly newestFirst: boolean;
};

export const readModelTransactions = { putDocument, getDocument, removeDocument, eraseDocument, countDocuments, listDocuments };

const REMOVED_KEPT_MILLISECONDS = REMOVED_KEPT_DAYS * 86_400_000;

/** Writes over a document or a mark of the version `over` and older ones; `entries` are the (index, value) pairs the document is found by. */
function putDocument(connection: Connection, input: Place & DocumentRow & { readonly over: number; readonly entries: readonly (readonly [name: string, value: string])[] }): boolean {
  if ((markOf(connection, input) ?? -Infinity) > input.over) return false;
  const written = connection.run(
    `INSERT INTO read_models (tenant, model, key, version, found_by, document) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET version = excluded.version, found_by = excluded.found_by, document = excluded.document WHERE read_models.version <= ?`,
    input.tenant, input.model, input.key, input.version, input.foundBy, input.document, input.over,
  );
  if (written === 0) return false;
  connection.run('DELETE FROM removed_documents WHERE tenant = ? AND model = ? AND key = ?', input.tenant, input.model, input.key);
  connection.run('DELETE FROM read_model_index WHERE tenant = ? AND model = ? AND key = ?', input.tenant, input.model, input.key);
  for (const [name, value] of input.entries) {
    connection.run('INSERT OR IGNORE INTO read_model_index (tenant, model, name, value, key) VALUES (?, ?, ?, ?, ?)', input.tenant, input.model, name, value, input.key);
  }
  return true;
}

function getDocument(connection: Connection, input: Place & { readonly key: string }): DocumentRow | undefined {
  const row = connection.get('SELECT key, version, found_by, document FROM read_models WHERE tenant = ? AND model = ? AND key = ?', input.tenant, input.model, input.key);
  return row === undefined ? undefined : documentRow(row);
}

/** The index entries go with the document, by the foreign key. Marks that are old enough go as well. */
function removeDocument(connection: Connection, input: Place & { readonly key: string; readonly version: number; readonly now: number }): void {
  const { tenant, model, key, version, now } = input;
  const present = getDocument(connection, input);
  if (present !== undefined && present.version > version) return;
  connection.run('DELETE FROM read_models WHERE tenant = ? AND model = ? AND key = ?', tenant, model, key);
  connection.run('DELETE FROM removed_documents WHERE removed_ms < ?', now - REMOVED_KEPT_MILLISECONDS);
  connection.run(
    `INSERT INTO removed_documents (tenant, model, key, version, removed_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET version = max(version, excluded.version), removed_ms = excluded.removed_ms`,
    tenant, model, key, version, now,
  );
}

function eraseDocument(connection: Connection, input: Place & { readonly key: string }): void {
  connection.run('DELETE FROM read_models WHERE tenant = ? AND model = ? AND key = ?', input.tenant, input.model, input.key);
  connection.run('DELETE FROM removed_documents WHERE tenant = ? AND model = ? AND key = ?', input.tenant, input.model, input.key);
}

/** Counts entries of one value of an index; as many as the bounds of documents let there be, 10 000 of a release's, take about a millisecond. */
function countDocuments(connection: Connection, input: Place & { readonly index: string; readonly value: string }): number {
  const row = connection.get('SELECT count(*) AS found FROM read_model_index WHERE tenant = ? AND model = ? AND name = ? AND value = ?', input.tenant, input.model, input.index, input.value);
  return row === undefined ? 0 : integer(row, 'found');
}

/** The version of the mark that a removed document has left. */
function markOf(connection: Connection, input: Place & { readonly key: string }): number | undefined {
  const row = connection.get('SELECT version FROM removed_documents WHERE tenant = ? AND model = ? AND key = ?', input.tenant, input.model, input.key);
  return row === undefined ? undefined : integer(row, 'version');
}

const LIST = 'SELECT key, version, found_by, document FROM read_models WHERE tenant = ? AND model = ? AND key >= ? AND key < ?';
const FIND = `SELECT key, version, found_by, document FROM read_model_index JOIN read_models USING (tenant, model, key)
  WHERE tenant = ? AND model = ? AND name = ? AND value = ? AND key >= ? AND key < ?`;

/** The four ends of the two queries: order of keys, and whether they begin after one. */
const ENDS = {
  oldest: 'ORDER BY key LIMIT ?',
  oldestAfter: 'AND key > ? ORDER BY key LIMIT ?',
  newest: 'ORDER BY key DESC LIMIT ?',
  newestAfter: 'AND key < ? ORDER BY key DESC LIMIT ?',
} as const;

function listDocuments(connection: Connection, input: ListInput): readonly DocumentRow[] {
  const { tenant, model, filter, after } = input;
  const query = filter === null ? LIST : FIND;
  const range = [input.prefix, input.prefix + END_OF_TEXT];
  const found = filter === null ? [tenant, model, ...range] : [tenant, model, filter.index, filter.value, ...range];
  const rows = after === null
    ? connection.all(`${query} ${input.newestFirst ? ENDS.newest : ENDS.oldest}`, ...found, input.limit)
    : connection.all(`${query} ${input.newestFirst ? ENDS.newestAfter : ENDS.oldestAfter}`, ...found, after, input.limit);
  return rows.map(documentRow);
}

function documentRow(row: Row): DocumentRow {
  return { key: text(row, 'key'), version: integer(row, 'version'), foundBy: text(row, 'found_by'), document: text(row, 'document') };
}
