import * as z from 'zod';

import { countedName, indexEntries, requireIndex } from '#engine/index-entries';
import type { Clock } from '#ports/clock';
import { readModels } from '#ports/read-model';
import type { ReadModelDocument, ReadModelName, ReadModelQuery, ReadModels } from '#ports/read-model';

import type { Database } from './database.ts';
import type { DocumentRow } from './transactions/read-models.ts';

const foundBy = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/** The read models in the database: a table of documents, and one of the values they are found by. */
export class SqliteReadModels implements ReadModels {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async put(tenant: string, model: ReadModelName, document: ReadModelDocument): Promise<boolean> {
    return await this.#put(tenant, model, { ...document, over: document.version - 1 });
  }

  async replace(tenant: string, model: ReadModelName, document: ReadModelDocument): Promise<boolean> {
    return await this.#put(tenant, model, { ...document, over: document.version });
  }

  async get(tenant: string, model: ReadModelName, key: string): Promise<ReadModelDocument | undefined> {
    const row = await this.#database.run('getDocument', { tenant, model, key });
    return row === undefined ? undefined : documentOf(row);
  }

  async remove(tenant: string, model: ReadModelName, key: string, version: number): Promise<void> {
    await this.#database.run('removeDocument', { tenant, model, key, version, now: this.#clock.now() });
  }

  async erase(tenant: string, model: ReadModelName, key: string): Promise<void> {
    await this.#database.run('eraseDocument', { tenant, model, key });
  }

  async count(tenant: string, model: ReadModelName, filter: { readonly index: string; readonly value: string }): Promise<number> {
    countedName(model, filter);
    return this.#database.run('countDocuments', { tenant, model, ...filter });
  }

  async list(tenant: string, model: ReadModelName, query: ReadModelQuery): Promise<readonly ReadModelDocument[]> {
    if (query.filter !== undefined) requireIndex(model, query.filter.index);
    const rows = await this.#database.run('listDocuments', {
      tenant, model, filter: query.filter ?? null, prefix: query.prefix ?? '', after: query.after ?? null, limit: query.limit, newestFirst: readModels[model].newestFirst,
    });
    return rows.map(documentOf);
  }

  /** Writes over a document or mark of the version `over` and older ones. */
  async #put(tenant: string, model: ReadModelName, { key, version, index, document, over }: ReadModelDocument & { readonly over: number }): Promise<boolean> {
    const entries = indexEntries(model, index);
    return this.#database.run('putDocument', { tenant, model, key, version, over, entries, foundBy: JSON.stringify(index), document: JSON.stringify(document) });
  }
}

function documentOf(row: DocumentRow): ReadModelDocument {
  return { key: row.key, version: row.version, index: foundBy.parse(JSON.parse(row.foundBy)), document: JSON.parse(row.document) };
}
