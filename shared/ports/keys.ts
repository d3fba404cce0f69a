import type { Role } from '#contracts/roles';

/** A key as it is stored: never its value, only the SHA-256 of it. Times are ISO 8601 UTC. */
export type KeyRecord = {
  readonly id: string; readonly tenant: string; readonly name: string; readonly prefix: string; readonly hash: string; readonly role: Role; readonly target: string | null;
  readonly createdAt: string; readonly expiresAt: string | null; readonly lastUsedAt: string | null; readonly revokedAt: string | null;
};

/** A page of a tenant's keys in the order of their ids: those after `after`, of one role or bound to one target. Each filter is an index. */
export type KeyQuery = { readonly filter?: { readonly index: 'role'; readonly value: Role } | { readonly index: 'target'; readonly value: string }; readonly limit: number; readonly after?: string };

/** API keys. A lookup by hash is the only one that crosses tenants: it tells whose key it is. Strongly consistent. */
export interface Keys {
  /** Stores a new key. @throws Failure `conflict` when the id or hash is taken. */
  create(record: KeyRecord): Promise<void>;
  findByHash(hash: string): Promise<KeyRecord | undefined>;
  get(tenant: string, id: string): Promise<KeyRecord | undefined>;
  /** A tenant's keys by id, those after `after`. */
  list(tenant: string, query: KeyQuery): Promise<readonly KeyRecord[]>;
  /** How many keys of a tenant are valid at an instant (ISO 8601 UTC): neither revoked nor expired. */
  countValid(tenant: string, at: string): Promise<number>;
  /** Marks a key revoked; answers whether it was there and valid. */
  revoke(tenant: string, id: string, at: string): Promise<boolean>;
  /** Notes the last use; may be called for each request, writes at most once a minute. */
  touch(tenant: string, id: string, at: string): Promise<void>;
}
