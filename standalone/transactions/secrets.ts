import type { Connection } from '../connection.ts';
import { bytes, integer, text } from '../row.ts';
import type { Row } from '../row.ts';
import { seal } from '../sealing.ts';
import type { SealedFor } from '../sealing.ts';

/** What is known of a secret. */
export type SecretRow = { readonly name: string; readonly version: number; readonly createdAt: string; readonly updatedAt: string };

type Place = { readonly tenant: string; readonly name: string };

export const secretTransactions = { readMasterKeyProof, storeMasterKeyProof, readDataKey, storeDataKey, setSecret, getSecret, listSecrets, removeSecret };

/** What a secret's value is bound to. */
export function secretSealedFor(tenant: string, name: string, version: number): SealedFor {
  return ['secret', tenant, name, version];
}

/** Something sealed with the master key at the first start, by which a later start tells whether it has the same key. */
function readMasterKeyProof(connection: Connection, _input: null): Uint8Array | undefined {
  const row = connection.get('SELECT proof FROM master_key');
  return row === undefined ? undefined : bytes(row, 'proof');
}

function storeMasterKeyProof(connection: Connection, input: { readonly proof: Uint8Array }): void {
  connection.run('INSERT INTO master_key (only, proof) VALUES (1, ?)', input.proof);
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
function setSecret(connection: Connection, input: Place & { readonly content: Uint8Array; readonly dataKey: Uint8Array; readonly at: string }): SecretRow {
  const { tenant, name, at } = input;
  const former = connection.get('SELECT name, version, created_at, updated_at FROM secrets WHERE tenant = ? AND name = ?', tenant, name);
  const version = former === undefined ? 1 : integer(former, 'version') + 1;
  const createdAt = former === undefined ? at : text(former, 'created_at');
  const sealed = seal(input.dataKey, input.content, secretSealedFor(tenant, name, version));
  connection.run('INSERT OR REPLACE INTO secrets (tenant, name, version, sealed, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)', tenant, name, version, sealed, createdAt, at);
  return { name, version, createdAt, updatedAt: at };
}

function getSecret(connection: Connection, input: Place): (SecretRow & { readonly sealed: Uint8Array }) | undefined {
  const row = connection.get('SELECT * FROM secrets WHERE tenant = ? AND name = ?', input.tenant, input.name);
  return row === undefined ? undefined : { ...secretRow(row), sealed: bytes(row, 'sealed') };
}

/** In order of names; no name is before the empty text. */
function listSecrets(connection: Connection, input: { readonly tenant: string; readonly after: string; readonly limit: number }): readonly SecretRow[] {
  return connection
    .all('SELECT name, version, created_at, updated_at FROM secrets WHERE tenant = ? AND name > ? ORDER BY name LIMIT ?', input.tenant, input.after, input.limit)
    .map(secretRow);
}

function removeSecret(connection: Connection, input: Place): boolean {
  return connection.run('DELETE FROM secrets WHERE tenant = ? AND name = ?', input.tenant, input.name) > 0;
}

function secretRow(row: Row): SecretRow {
  return { name: text(row, 'name'), version: integer(row, 'version'), createdAt: text(row, 'created_at'), updatedAt: text(row, 'updated_at') };
}
