import { randomBytes } from 'node:crypto';

import { Failure } from '#contracts/errors';

import { KEY_BYTES, seal, unseal } from '#engine/sealing';
import type { SealedFor } from '#engine/sealing';

/** Data keys that are kept unsealed in memory: 32 bytes each, so this bounds the map and not the tenants. */
const MAXIMUM_KNOWN_KEYS = 10_000;

const PROOF_FOR: SealedFor = ['master-key'];

/** Where sealed keys are kept. Each key is stored once and never replaced; all reads are strongly consistent. */
export interface SealedKeys {
  /** Something that the master key sealed at the first start, by which a later start tells whether it has the same one. */
  readProof(): Promise<Uint8Array | undefined>;
  /** Stores the proof unless there is one, and answers the one that counts. */
  storeProof(sealed: Uint8Array): Promise<Uint8Array>;
  readDataKey(tenant: string): Promise<Uint8Array | undefined>;
  /** Stores a tenant's sealed data key unless there is one, and answers the one that counts. */
  storeDataKey(tenant: string, sealed: Uint8Array): Promise<Uint8Array>;
}

/** Seals and opens what is a tenant's, each with a data key of its own that the master key seals. */
export class Vault {
  readonly #keys: SealedKeys;
  readonly #masterKey: Uint8Array;
  readonly #known = new Map<string, Uint8Array>();

  /**
   * Checks the master key against what it sealed at the first start.
   * @throws Failure `conflict` when it is another key.
   */
  static async open(keys: SealedKeys, masterKey: Uint8Array): Promise<Vault> {
    const proof = (await keys.readProof()) ?? (await keys.storeProof(seal(masterKey, randomBytes(KEY_BYTES), PROOF_FOR)));
    if (unseal(masterKey, proof, PROOF_FOR) === undefined) {
      throw new Failure('conflict', 'The master key is not the one that this data was made with. Give the right key file, or restore `master.key`.');
    }
    return new Vault(keys, masterKey);
  }

  private constructor(keys: SealedKeys, masterKey: Uint8Array) {
    this.#keys = keys;
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
    const sealed = (await this.#keys.readDataKey(tenant)) ?? (await this.#keys.storeDataKey(tenant, seal(this.#masterKey, randomBytes(KEY_BYTES), sealedFor)));
    const key = unseal(this.#masterKey, sealed, sealedFor);
    if (key === undefined) throw new Failure('internal-error', { detail: 'The tenant\'s data key does not open with the master key: it was changed.' });
    if (this.#known.size >= MAXIMUM_KNOWN_KEYS) this.#known.clear();
    this.#known.set(tenant, key);
    return key;
  }
}
