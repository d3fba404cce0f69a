import { randomBytes } from 'node:crypto';

import { Failure } from '#contracts/errors';

import type { Database } from './database.ts';
import { KEY_BYTES, seal, unseal } from './sealing.ts';
import type { SealedFor } from './sealing.ts';

/** Data keys that are kept unsealed in memory: 32 bytes each, so this bounds the map and not the tenants. */
const MAXIMUM_KNOWN_KEYS = 10_000;

const PROOF_FOR: SealedFor = ['master-key'];

/** Seals and opens what is a tenant's, each with a data key of its own that the master key seals. */
export class Vault {
  readonly #database: Database;
  readonly #masterKey: Uint8Array;
  readonly #known = new Map<string, Uint8Array>();

  /**
   * Checks the master key against what it sealed at the first start of this data folder.
   * @throws Failure `conflict` when it is another key.
   */
  static async open(database: Database, masterKey: Uint8Array): Promise<Vault> {
    const proof = await database.run('readMasterKeyProof', null);
    if (proof === undefined) {
      await database.run('storeMasterKeyProof', { proof: seal(masterKey, randomBytes(KEY_BYTES), PROOF_FOR) });
    } else if (unseal(masterKey, proof, PROOF_FOR) === undefined) {
      throw new Failure('conflict', 'The master key is not the one that this data folder was made with. Give the right key file, or restore `master.key`.');
    }
    return new Vault(database, masterKey);
  }

  private constructor(database: Database, masterKey: Uint8Array) {
    this.#database = database;
    this.#masterKey = masterKey;
  }

  /** Seals content with the tenant's data key. */
  async seal(tenant: string, content: Uint8Array, sealedFor: SealedFor): Promise<Uint8Array> {
    return seal(await this.dataKey(tenant), content, sealedFor);
  }

  /** Opens what was sealed for the same name. @throws Failure `internal-error` when it was changed or moved. */
  async unseal(tenant: string, sealed: Uint8Array, sealedFor: SealedFor): Promise<Uint8Array> {
    const content = unseal(await this.dataKey(tenant), sealed, sealedFor);
    if (content === undefined) throw new Failure('internal-error', { detail: `What is stored as ${sealedFor[0]} does not open with the tenant's key: it was changed.`, context: { purpose: sealedFor[0] } });
    return content;
  }

  /** The tenant's data key, made at its first use. */
  async dataKey(tenant: string): Promise<Uint8Array> {
    const known = this.#known.get(tenant);
    if (known !== undefined) return known;
    const sealedFor: SealedFor = ['data-key', tenant];
    const sealed = (await this.#database.run('readDataKey', { tenant }))
      ?? (await this.#database.run('storeDataKey', { tenant, sealed: seal(this.#masterKey, randomBytes(KEY_BYTES), sealedFor) }));
    const key = unseal(this.#masterKey, sealed, sealedFor);
    if (key === undefined) throw new Failure('internal-error', { detail: 'The tenant\'s data key does not open with the master key: it was changed.' });
    if (this.#known.size >= MAXIMUM_KNOWN_KEYS) this.#known.clear();
    this.#known.set(tenant, key);
    return key;
  }
}
