import { Failure } from '#contracts/errors';
import { storedHeads } from '#engine/checkpoints';
import type { Checkpoint, TenantCheckpoint, TenantHead } from '#ports/checkpoints';

import type { Connection } from '../connection.ts';
import { integer, text } from '../row.ts';
import type { Row } from '../row.ts';

export const checkpointTransactions = { readMoved, lastCheckpoint, addCheckpoints };

/** The events that are in no checkpoint yet, in their order, and the positions between which they are. */
function readMoved(connection: Connection, input: { readonly limit: number }): { readonly from: number; readonly to: number; readonly heads: readonly TenantHead[] } {
  const row = connection.get('SELECT position FROM checkpointed');
  const from = row === undefined ? 0 : integer(row, 'position');
  const rows = connection.all('SELECT tenant, stream, version, hash, position FROM events WHERE position > ? ORDER BY position LIMIT ?', from, input.limit);
  const last = rows.at(-1);
  return {
    from, to: last === undefined ? from : integer(last, 'position'),
    heads: rows.map((one) => ({ tenant: text(one, 'tenant'), stream: text(one, 'stream'), version: integer(one, 'version'), hash: text(one, 'hash') })),
  };
}

function lastCheckpoint(connection: Connection, input: { readonly tenant: string }): Checkpoint | undefined {
  const row = connection.get('SELECT * FROM checkpoints WHERE tenant = ? ORDER BY number DESC LIMIT 1', input.tenant);
  return row === undefined ? undefined : checkpointOf(row);
}

/** Stores checkpoints and up to where they go, together. @throws Failure `version-conflict` when somebody else has made some since they were read */
function addCheckpoints(connection: Connection, input: { readonly from: number; readonly to: number; readonly checkpoints: readonly TenantCheckpoint[] }): void {
  if (connection.run('UPDATE checkpointed SET position = ? WHERE position = ?', input.to, input.from) !== 1) throw new Failure('version-conflict', 'Somebody else has made checkpoints of the same events.');
  for (const { tenant, checkpoint: { number, at, previousSeal, heads, seal } } of input.checkpoints) {
    connection.run('INSERT INTO checkpoints (tenant, number, at, previous_seal, heads, seal) VALUES (?, ?, ?, ?, ?, ?)', tenant, number, at, previousSeal, JSON.stringify(heads), seal);
  }
}

/** A checkpoint of its row. @throws when its heads are none */
export function checkpointOf(row: Row): Checkpoint {
  return { number: integer(row, 'number'), at: text(row, 'at'), previousSeal: text(row, 'previous_seal'), heads: storedHeads.parse(JSON.parse(text(row, 'heads'))), seal: text(row, 'seal') };
}
