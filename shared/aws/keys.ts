import * as z from 'zod';

import { Failure } from '#contracts/errors';
import { role } from '#contracts/roles';
import { isTouchDue, isValid } from '#engine/key-rules';
import type { KeyQuery, KeyRecord, Keys } from '#ports/keys';

import { ABSENT } from './table.ts';
import type { Place, Table } from './table.ts';

const keyRecord = z.object({
  id: z.string(), tenant: z.string(), name: z.string(), prefix: z.string(), hash: z.string(), role, target: z.string().nullable(),
  createdAt: z.string(), expiresAt: z.string().nullable(), lastUsedAt: z.string().nullable(), revokedAt: z.string().nullable(),
});
const owner = z.object({ tenant: z.string(), id: z.string() });
const entry = z.object({ sk: z.string() });

/** The API keys: one item each, and items that find it by its hash, role and target, written in one transaction. Hashes, never a key itself. */
export class DynamoKeys implements Keys {
  readonly #state: Table;

  constructor(state: Table) {
    this.#state = state;
  }

  async create(record: KeyRecord): Promise<void> {
    const { tenant, id, hash, expiresAt, ...rest } = record;
    const created = await this.#state.transact([
      // `expiresAt` of an item is when the table removes it, which a key never is.
      { put: { ...keyPlace(tenant, id), tenant, id, hash, keyExpiresAt: expiresAt, ...rest }, when: ABSENT },
      { put: { ...hashPlace(hash), tenant, id }, when: ABSENT },
      { put: { pk: indexPartition(tenant, { index: 'role', value: record.role }), sk: id } },
      ...(record.revokedAt === null ? [{ put: { ...validPlace(tenant, id), ...(expiresAt === null ? {} : { expiresAt: Math.ceil(Date.parse(expiresAt) / 1000) }) } }] : []),
      ...(record.target === null ? [] : [{ put: { pk: indexPartition(tenant, { index: 'target', value: record.target }), sk: id } }]),
    ]);
    if (!created) throw new Failure('conflict', { detail: `A key with the id ${id} or the same value exists.`, context: { key: id } });
  }

  async findByHash(hash: string): Promise<KeyRecord | undefined> {
    const found = await this.#state.get(hashPlace(hash));
    if (found === undefined) return undefined;
    const { tenant, id } = owner.parse(found);
    return await this.get(tenant, id);
  }

  async get(tenant: string, id: string): Promise<KeyRecord | undefined> {
    const found = await this.#state.get(keyPlace(tenant, id));
    return found === undefined ? undefined : recordOf(found);
  }

  async list(tenant: string, { filter, limit, after }: KeyQuery): Promise<readonly KeyRecord[]> {
    const range = { limit, ...(after === undefined ? {} : { after }) };
    if (filter === undefined) return (await this.#state.query(keyPartition(tenant), range)).map(recordOf);
    const entries = await this.#state.query(indexPartition(tenant, filter), range);
    return (await this.#state.getMany(entries.map((one) => keyPlace(tenant, entry.parse(one).sk)))).map(recordOf);
  }

  async countValid(tenant: string, at: string): Promise<number> {
    return await this.#state.count(validPartition(tenant), { liveAt: Math.floor(Date.parse(at) / 1000) });
  }

  async revoke(tenant: string, id: string, at: string): Promise<boolean> {
    const key = await this.get(tenant, id);
    if (key === undefined || !isValid(key, at)) return false;
    return await this.#state.transact([
      { update: keyPlace(tenant, id), change: { expression: 'SET revokedAt = :at', when: 'revokedAt = :none', values: { ':at': at, ':none': null } } },
      { remove: validPlace(tenant, id) },
    ]);
  }

  async touch(tenant: string, id: string, at: string): Promise<void> {
    const key = await this.get(tenant, id);
    if (key === undefined || !isTouchDue(key, at)) return;
    await this.#state.update(keyPlace(tenant, id), { expression: 'SET lastUsedAt = :at', when: 'attribute_exists(pk)', values: { ':at': at } });
  }
}

function recordOf(item: unknown): KeyRecord {
  const { keyExpiresAt, ...rest } = z.looseObject({ keyExpiresAt: z.string().nullable() }).parse(item);
  return keyRecord.parse({ ...rest, expiresAt: keyExpiresAt });
}

function keyPartition(tenant: string): string {
  return `${tenant}#key`;
}

function keyPlace(tenant: string, id: string): Place {
  return { pk: keyPartition(tenant), sk: id };
}

/** A small item for each key that was not revoked, which the table removes when the key has expired: by these the valid ones are counted. */
function validPlace(tenant: string, id: string): Place {
  return { pk: validPartition(tenant), sk: id };
}

function validPartition(tenant: string): string {
  return `${tenant}#key-valid`;
}

/** The only items that belong to no tenant: no tenant's name begins with a `#`. */
function hashPlace(hash: string): Place {
  return { pk: `#key-hash#${hash}`, sk: '-' };
}

function indexPartition(tenant: string, filter: NonNullable<KeyQuery['filter']>): string {
  return `${tenant}#key-${filter.index}#${filter.value}`;
}
