import { Failure } from '#contracts/errors';

import { seal, secretSealedFor } from '#engine/sealing';

import type { Connection } from '../connection.ts';
import { END_OF_TEXT } from '../end-of-text.ts';
import { bytes, integer, text } from '../row.ts';
import type { Row } from '../row.ts';

/** What is known of a secret. */
export type SecretRow = { readonly name: string; readonly version: number; readonly createdAt: string; readonly updatedAt: string };

type Place = { readonly tenant: string; readonly name: string };

export const secretTransactions = { readMasterKeyProof, storeMasterKeyProof, readDataKey, storeDataKey, setSecret, getSecret, countSecrets, listSecrets, removeSecret };

/** Something sealed with the master key at the first start, by which a later start tells whether it has the same key. */
function readMasterKeyProof(connection: Connection, _input: null): Uint8Array | undefined {
  const row = connection.get('SELECT proof FROM master_key');
  return row === undefined ? undefined : bytes(row, 'proof');
}

function storeMasterKeyProof(connection: Connection, input: { readonly proof: Uint8Array }): Uint8Array {
  connection.run('INSERT INTO master_key (only, proof) VALUES (1, ?) ON CONFLICT DO NOTHING', input.proof);
  return readMasterKeyProof(connection, null) ?? input.proof;
}

function readDataKey(connection: Connection, input: { readonly tenant: string }): Uint8Array | undefined {
  const row = connection.get('SELECT sealed FROM data_keys WHERE tenant = ?', input.tenant);
  return row === undefined ? undefined : bytes(row, 'sealed');
}

/** Stores a tenant's sealed data key unless there is one, and answers the one that counts. */
function storeDataKey(connection: Connection, input: { readonly tenant: string; readonly sealed: Uint8Array }): Uint8Array {
  connection.run('INSERT INTO data_keys (tenant, sealed) VALUES (?, ?) ON CONFLICT DO NOTHING', input.tenant, input.sealed);
  return readDataKey(connection, input) ?? input.sealed;
}

/** Seals here, because the version that the value is bound to is known only here. The former value is overwritten. */
function setSecret(connection: Connection, input: Place & { readonly content: Uint8Array; readonly dataKey: Uint8Array; readonly at: string; readonly ifVersion: number | null; readonly firstVersion: number }): SecretRow {
  const { tenant, name, at } = input;
  const former = connection.get('SELECT name, version, created_at, updated_at FROM secrets WHERE tenant = ? AND name = ?', tenant, name);
  const present = former === undefined ? null : integer(former, 'version');
  requireVersion(input, present);
  const version = present === null ? input.firstVersion : present + 1;
  const createdAt = former === undefined ? at : text(former, 'created_at');
  const sealed = seal(input.dataKey, input.content, secretSealedFor(tenant, name, version));
  connection.run('INSERT OR REPLACE INTO secrets (tenant, name, version, sealed, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)', tenant, name, version, sealed, createdAt, at);
  return { name, version, createdAt, updatedAt: at };
}

function getSecret(connection: Connection, input: Place): (SecretRow & { readonly sealed: Uint8Array }) | undefined {
  const row = connection.get('SELECT * FROM secrets WHERE tenant = ? AND name = ?', input.tenant, input.name);
  return row === undefined ? undefined : { ...secretRow(row), sealed: bytes(row, 'sealed') };
}

function countSecrets(connection: Connection, { tenant }: { readonly tenant: string }): number {
  const row = connection.get('SELECT count(*) AS found FROM secrets WHERE tenant = ?', tenant);
  return row === undefined ? 0 : integer(row, 'found');
}

/** In order of names; no name is before the empty text. */
function listSecrets(connection: Connection, { tenant, prefix, after, limit }: { readonly tenant: string; readonly prefix: string; readonly after: string; readonly limit: number }): readonly SecretRow[] {
  return connection
    .all('SELECT name, version, created_at, updated_at FROM secrets WHERE tenant = ? AND name > ? AND name >= ? AND name < ? ORDER BY name LIMIT ?', tenant, after, prefix, prefix + END_OF_TEXT, limit)
    .map(secretRow);
}

function removeSecret(connection: Connection, input: Place & { readonly ifVersion: number | null }): boolean {
  requireVersion(input, getSecret(connection, input)?.version ?? null);
  return connection.run('DELETE FROM secrets WHERE tenant = ? AND name = ?', input.tenant, input.name) > 0;
}

/** Within the transaction of the write, so that nobody comes in between. */
function requireVersion({ name, ifVersion }: { readonly name: string; readonly ifVersion: number | null }, present: number | null): void {
  if (ifVersion === null || ifVersion === present) return;
  throw new Failure('version-conflict', { detail: `The secret ${name} has ${present === null ? 'no version' : `version ${present}`}, not ${ifVersion}.`, context: { name, expectedVersion: ifVersion } });
}

function secretRow(row: Row): SecretRow {
  return { name: text(row, 'name'), version: integer(row, 'version'), createdAt: text(row, 'created_at'), updatedAt: text(row, 'updated_at') };
}
