import { role } from '#contracts/roles';
import type { KeyQuery, KeyRecord, Keys } from '#ports/keys';

import type { Database } from './database.ts';
import type { KeyRow } from './transactions/keys.ts';

/** The API keys in the database: hashes, never a key itself. */
export class SqliteKeys implements Keys {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(record: KeyRecord): Promise<void> {
    await this.#database.run('createKey', record);
  }

  async findByHash(hash: string): Promise<KeyRecord | undefined> {
    return keyRecord(await this.#database.run('findKeyByHash', { hash }));
  }

  async get(tenant: string, id: string): Promise<KeyRecord | undefined> {
    return keyRecord(await this.#database.run('getKey', { tenant, id }));
  }

  async list(tenant: string, query: KeyQuery): Promise<readonly KeyRecord[]> {
    const rows = await this.#database.run('listKeys', { tenant, filter: query.filter ?? null, limit: query.limit, after: query.after ?? '' });
    return rows.flatMap((row) => keyRecord(row) ?? []);
  }

  async countValid(tenant: string, at: string): Promise<number> {
    return this.#database.run('countValidKeys', { tenant, at: new Date(at).toISOString() });
  }

  async revoke(tenant: string, id: string, at: string): Promise<boolean> {
    return this.#database.run('revokeKey', { tenant, id, at });
  }

  async touch(tenant: string, id: string, at: string): Promise<void> {
    await this.#database.run('touchKey', { tenant, id, at });
  }
}

function keyRecord(row: KeyRow | undefined): KeyRecord | undefined {
  return row === undefined ? undefined : { ...row, role: role.parse(row.role) };
}
