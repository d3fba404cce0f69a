import { appendRecord } from '#application/append-record';
import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { hashOf } from '#application/http/authenticate';
import { keyView } from '#application/keys/key-view';
import type { Role } from '#contracts/roles';
import type { ApiKeyView } from '#contracts/views';
import type { KeyRecord } from '#ports/keys';

/** A key to be made. `value` is one that somebody chose; else it is made of chance. */
export type NewKey = { readonly name: string; readonly role: Role; readonly target?: string | undefined; readonly expiresInDays?: number | undefined; readonly by: string; readonly value?: string | undefined };

/** A key at the moment it was made: the only one at which its value is known. */
export type CreatedKey = ApiKeyView & { key: string };

/** What our keys begin with, so that people and scanners for leaked secrets know them. */
const KEY_PREFIX = 'slk_';

const DAY_MILLISECONDS = 86_400_000;

/**
 * Makes a key. Stored is the SHA-256 of its value and nothing else: of a value with at least 160 bits of chance there is no table to
 * compare hashes with and no way to try all, so that neither salt nor a slow hash adds anything, and a key is found by its hash.
 * The record comes first: a key that works is in the audit.
 * @throws Failure `conflict` when a chosen value is another key's
 */
export async function makeKey(context: Context, asked: NewKey): Promise<CreatedKey> {
  const { ports, tenant } = context;
  const { name, role, by } = asked;
  const now = ports.clock.now();
  const value = asked.value ?? ports.ids.secret(KEY_PREFIX);
  const target = asked.target ?? null;
  const expiresAt = asked.expiresInDays === undefined ? null : new Date(now + asked.expiresInDays * DAY_MILLISECONDS).toISOString();
  const record: KeyRecord = { id: idOf(ports.ids.deployment(now)), tenant, name, prefix: prefixOf(value), hash: hashOf(value), role, target, createdAt: nowOf(context), expiresAt, lastUsedAt: null, revokedAt: null };
  await appendRecord(context, keyStream(record.id), { type: 'ApiKeyCreated', payload: { key: record.id, name, role, target, expiresAt, by } });
  await ports.keys.create(record);
  return { ...keyView(record), key: value };
}

/** The stream of a key. */
export function keyStream(id: string): string {
  return `key/${id}`;
}

/** Keys are listed in the order of their ids, so these sort by time, as deployments' do. */
function idOf(deploymentId: string): string {
  return deploymentId.replace(/^dep-/, 'key-');
}

/** What may be shown of a value, to tell keys apart: four characters of ours, and at most a quarter of one that somebody chose. */
function prefixOf(value: string): string {
  const shown = value.startsWith(KEY_PREFIX) ? KEY_PREFIX.length + 4 : 4;
  return value.slice(0, Math.min(shown, Math.floor(value.length / 4)));
}
