import { Failure } from '#contracts/errors';
import { isTouchDue, isValid } from '#engine/key-rules';

import type { Connection } from '../connection.ts';
import { integer, optionalText, text } from '../row.ts';
import type { Row } from '../row.ts';

/** A key as it is stored; `role` is parsed by the port. */
export type KeyRow = {
  readonly id: string; readonly tenant: string; readonly name: string; readonly prefix: string; readonly hash: string; readonly role: string; readonly target: string | null;
  readonly createdAt: string; readonly expiresAt: string | null; readonly lastUsedAt: string | null; readonly revokedAt: string | null;
};

export const keyTransactions = { createKey, findKeyByHash, getKey, countValidKeys, listKeys, revokeKey, touchKey };

function createKey(connection: Connection, key: KeyRow): void {
  const created = connection.run(
    `INSERT INTO api_keys (tenant, id, name, prefix, hash, role, target, created_at, expires_at, last_used_at, revoked_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    key.tenant, key.id, key.name, key.prefix, key.hash, key.role, key.target, key.createdAt, key.expiresAt, key.lastUsedAt, key.revokedAt,
  );
  if (created === 0) throw new Failure('conflict', { detail: `A key with the id ${key.id} or the same value exists.`, context: { key: key.id } });
}

function findKeyByHash(connection: Connection, input: { readonly hash: string }): KeyRow | undefined {
  const row = connection.get('SELECT * FROM api_keys WHERE hash = ?', input.hash);
  return row === undefined ? undefined : keyRow(row);
}

function getKey(connection: Connection, input: { readonly tenant: string; readonly id: string }): KeyRow | undefined {
  const row = connection.get('SELECT * FROM api_keys WHERE tenant = ? AND id = ?', input.tenant, input.id);
  return row === undefined ? undefined : keyRow(row);
}

/** By an index of those that were never revoked. Instants are texts of one form, so they compare as they follow each other. */
function countValidKeys(connection: Connection, input: { readonly tenant: string; readonly at: string }): number {
  const row = connection.get('SELECT count(*) AS found FROM api_keys WHERE tenant = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)', input.tenant, input.at);
  return row === undefined ? 0 : integer(row, 'found');
}

/** Each filter has an index of its own that ends with the id, so that a page is one range of it. */
const LISTS = {
  all: 'SELECT * FROM api_keys WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?',
  role: 'SELECT * FROM api_keys WHERE tenant = ? AND role = ? AND id > ? ORDER BY id LIMIT ?',
  target: 'SELECT * FROM api_keys WHERE tenant = ? AND target = ? AND id > ? ORDER BY id LIMIT ?',
} as const;

type ListInput = { readonly tenant: string; readonly filter: { readonly index: 'role' | 'target'; readonly value: string } | null; readonly after: string; readonly limit: number };

/** In order of ids; no id is before the empty text. */
function listKeys(connection: Connection, { tenant, filter, after, limit }: ListInput): readonly KeyRow[] {
  const rows = filter === null ? connection.all(LISTS.all, tenant, after, limit) : connection.all(LISTS[filter.index], tenant, filter.value, after, limit);
  return rows.map(keyRow);
}

function revokeKey(connection: Connection, input: { readonly tenant: string; readonly id: string; readonly at: string }): boolean {
  const key = getKey(connection, input);
  if (key === undefined || !isValid(key, input.at)) return false;
  return connection.run('UPDATE api_keys SET revoked_at = ? WHERE tenant = ? AND id = ?', input.at, input.tenant, input.id) === 1;
}

function touchKey(connection: Connection, input: { readonly tenant: string; readonly id: string; readonly at: string }): void {
  const key = getKey(connection, input);
  if (key === undefined || !isTouchDue(key, input.at)) return;
  connection.run('UPDATE api_keys SET last_used_at = ? WHERE tenant = ? AND id = ?', input.at, input.tenant, input.id);
}

function keyRow(row: Row): KeyRow {
  return {
    id: text(row, 'id'), tenant: text(row, 'tenant'), name: text(row, 'name'), prefix: text(row, 'prefix'), hash: text(row, 'hash'), role: text(row, 'role'), target: optionalText(row, 'target'),
    createdAt: text(row, 'created_at'), expiresAt: optionalText(row, 'expires_at'), lastUsedAt: optionalText(row, 'last_used_at'), revokedAt: optionalText(row, 'revoked_at'),
  };
}
