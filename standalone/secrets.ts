import { secretSealedFor } from '#engine/sealing';
import type { Vault } from '#engine/vault';
import type { SecretCondition, SecretFacts, SecretQuery, Secrets } from '#ports/secrets';

import type { Database } from './database.ts';
import type { SecretRow } from './transactions/secrets.ts';

/** The secrets in the database: only the newest value of each, sealed for its tenant, name and version. */
export class SqliteSecrets implements Secrets {
  readonly #database: Database;
  readonly #vault: Vault;

  constructor(database: Database, vault: Vault) {
    this.#database = database;
    this.#vault = vault;
  }

  async set(tenant: string, name: string, value: string, at: string, condition: SecretCondition = {}): Promise<SecretFacts> {
    const dataKey = await this.#vault.dataKey(tenant);
    return this.#database.run('setSecret', { tenant, name, at, dataKey, content: new TextEncoder().encode(value), ifVersion: condition.ifVersion ?? null, firstVersion: condition.firstVersion ?? 1 });
  }

  async reveal(tenant: string, name: string): Promise<string | undefined> {
    const row = await this.#database.run('getSecret', { tenant, name });
    if (row === undefined) return undefined;
    // A Buffer keeps a byte order mark at the begin of a value; TextDecoder would drop it.
    return Buffer.from(await this.#vault.unseal(tenant, row.sealed, secretSealedFor(tenant, name, row.version))).toString('utf8');
  }

  async facts(tenant: string, name: string): Promise<SecretFacts | undefined> {
    const row = await this.#database.run('getSecret', { tenant, name });
    return row === undefined ? undefined : factsOf(row);
  }

  async count(tenant: string): Promise<number> {
    return this.#database.run('countSecrets', { tenant });
  }

  async list(tenant: string, query: SecretQuery): Promise<readonly SecretFacts[]> {
    return this.#database.run('listSecrets', { tenant, prefix: query.prefix ?? '', limit: query.limit, after: query.after ?? '' });
  }

  async remove(tenant: string, name: string, condition: Pick<SecretCondition, 'ifVersion'> = {}): Promise<boolean> {
    return this.#database.run('removeSecret', { tenant, name, ifVersion: condition.ifVersion ?? null });
  }
}

function factsOf({ name, version, createdAt, updatedAt }: SecretRow): SecretFacts {
  return { name, version, createdAt, updatedAt };
}
