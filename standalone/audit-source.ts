import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { canonicalJson } from '#contracts/canonical-json';
import { Failure } from '#contracts/errors';
import { eventCatalogue, eventEnvelope } from '#contracts/events';
import type { AuditFinding, AuditSource, AuditedCheckpoint, AuditedEvent, StreamEnd } from '#engine/audit-source';
import { Vault } from '#engine/vault';

import { Connection } from './connection.ts';
import { DATABASE_FILE } from './data-file.ts';
import { APPLICATION_ID, migrations } from './migrations.ts';
import { integer, text } from './row.ts';
import type { Row } from './row.ts';
import { checkpointOf } from './transactions/checkpoints.ts';
import { secretTransactions } from './transactions/secrets.ts';

/** Events that are read at a time: 500 × 32 kB ≈ 16 MB of memory at the most. */
const PAGE = 500;

/** Stands for a data key that was removed or changed: no seal holds under it. */
const NO_KEY = new Uint8Array();

/** What an audit reads of a data folder, and how to close it. */
export type DataFolderAudit = AuditSource & { close(): void };

/**
 * Opens a data folder to be read as it is in this moment, beside a control plane that may be using it; nothing of it is changed. Without a master key, seals are not compared.
 * @throws Failure `not-found` for a folder without data; `conflict` for one of another Sluice's schema, or another master key
 */
export async function openDataFolderAudit(dataFolder: string, masterKey: Uint8Array | undefined): Promise<DataFolderAudit> {
  const { connection, close } = openReading(dataFolder);
  try {
    const vault = masterKey === undefined ? undefined : await Vault.open(readOnlyKeys(connection), masterKey);
    return {
      checkpoints: () => checkpointsIn(connection), ends: () => endsIn(connection), events: () => eventsIn(connection), rest: () => restOf(connection),
      dataKeyOf: async (tenant) => (vault === undefined ? undefined : await vault.dataKey(tenant).catch(() => NO_KEY)),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Opens a data folder's file for reading, within one transaction, so that all that is read is of one moment. @throws as `openDataFolderAudit` */
export function openReading(dataFolder: string): { readonly connection: Connection; close(): void } {
  const file = join(dataFolder, DATABASE_FILE);
  if (!existsSync(file)) throw new Failure('not-found', `${resolve(dataFolder)} holds no data of Sluice: there is no ${DATABASE_FILE} in it`);
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const connection = new Connection(database);
    connection.execute('PRAGMA trusted_schema = OFF; BEGIN');
    const [application, version] = (['application_id', 'user_version'] as const).map((name) => integer(connection.get(`PRAGMA ${name}`) ?? {}, name));
    if (application !== APPLICATION_ID) throw new Failure('conflict', `${file} is not a file of Sluice. Name another data folder.`);
    if (version !== migrations.length) throw new Failure('conflict', `${file} has schema version ${version ?? 0}, and this Sluice ${migrations.length}. Use the Sluice that last served it, or start this one on it first.`);
    return { connection, close: () => database.close() };
  } catch (error) {
    database.close();
    throw error;
  }
}

function readOnlyKeys(connection: Connection): Parameters<typeof Vault.open>[0] {
  return {
    readProof: async () => await Promise.resolve(secretTransactions.readMasterKeyProof(connection, null)),
    readDataKey: async (tenant) => await Promise.resolve(secretTransactions.readDataKey(connection, { tenant })),
    // Nothing was sealed before it was read: who asks for a key that is not there is given none.
    storeProof: async () => await Promise.reject(new Failure('conflict', 'This data folder has no master key yet: nothing was sealed in it.')),
    storeDataKey: async () => await Promise.reject(new Failure('internal-error', 'An audit makes no keys.')),
  };
}

async function* checkpointsIn(connection: Connection): AsyncGenerator<AuditedCheckpoint> {
  let [tenant, number] = ['', 0];
  for (;;) {
    const rows = connection.all('SELECT * FROM checkpoints WHERE (tenant, number) > (?, ?) ORDER BY tenant, number LIMIT ?', tenant, number, PAGE);
    for (const row of rows) {
      [tenant, number] = [text(row, 'tenant'), integer(row, 'number')];
      yield auditedCheckpoint(tenant, number, row);
    }
    if (rows.length < PAGE) return;
  }
}

function auditedCheckpoint(tenant: string, number: number, row: Row): AuditedCheckpoint {
  try {
    return { tenant, checkpoint: checkpointOf(row) };
  } catch (error) {
    return { tenant, trouble: `checkpoint ${number} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function* endsIn(connection: Connection): AsyncGenerator<StreamEnd> {
  let [tenant, stream] = ['', ''];
  for (;;) {
    const rows = connection.all('SELECT * FROM streams WHERE (tenant, stream) > (?, ?) ORDER BY tenant, stream LIMIT ?', tenant, stream, PAGE);
    for (const row of rows) {
      [tenant, stream] = [text(row, 'tenant'), text(row, 'stream')];
      yield { tenant, stream, version: integer(row, 'version'), hash: text(row, 'hash'), by: 'the table of streams', isExact: true };
    }
    if (rows.length < PAGE) return;
  }
}

async function* eventsIn(connection: Connection): AsyncGenerator<AuditedEvent> {
  let [tenant, stream, version] = ['', '', 0];
  for (;;) {
    const rows = connection.all('SELECT * FROM events WHERE (tenant, stream, version) > (?, ?, ?) ORDER BY tenant, stream, version LIMIT ?', tenant, stream, version, PAGE);
    for (const row of rows) {
      [tenant, stream, version] = [text(row, 'tenant'), text(row, 'stream'), integer(row, 'version')];
      yield auditedEvent(row, `${tenant} ${stream} version ${version}`);
    }
    if (rows.length < PAGE) return;
  }
}

/** Beside what the hash covers a row has its text, of which there is one way only, and whether it goes to the bus. */
function auditedEvent(row: Row, place: string): AuditedEvent {
  const stored = text(row, 'payload');
  let envelope: ReturnType<typeof eventEnvelope.safeParse>;
  try {
    envelope = eventEnvelope.safeParse({
      tenant: text(row, 'tenant'), stream: text(row, 'stream'), version: integer(row, 'version'), type: text(row, 'type'), schemaVersion: integer(row, 'schema_version'),
      payload: JSON.parse(stored), at: text(row, 'at'), traceId: text(row, 'trace_id'), hash: text(row, 'hash'),
    });
  } catch {
    return { place, trouble: 'its payload is no JSON' };
  }
  if (!envelope.success) return { place, trouble: envelope.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ') };
  const { data } = envelope;
  const placed = { envelope: data, position: integer(row, 'position') };
  if (canonicalJson(data.payload) !== stored) return { ...placed, trouble: 'the text of its payload is not as Sluice writes it: it was changed' };
  const relayed = Object.entries(eventCatalogue).find(([type]) => type === data.type)?.[1].relayed;
  if (relayed !== undefined && relayed !== (integer(row, 'relayed') === 1)) return { ...placed, trouble: `whether it goes to the bus and into the feed was changed` };
  return placed;
}

/** Positions have no gap, so one that is missing was an event's; and what the relay and the checkpoints have passed was there. */
async function* restOf(connection: Connection): AsyncGenerator<AuditFinding> {
  const gaps = connection.all(`
    SELECT before + 1 AS first, position - 1 AS last FROM (SELECT position, lag(position, 1, 0) OVER (ORDER BY position) AS before FROM events)
    WHERE position > before + 1 LIMIT 100`);
  for (const row of gaps) {
    const [first, last] = [integer(row, 'first'), integer(row, 'last')];
    yield { kind: 'removed', reason: first === last ? `no event has position ${first} in the order of all events` : `no events have the positions ${first} to ${last} in the order of all events` };
  }
  const ends = connection.get('SELECT (SELECT coalesce(max(position), 0) FROM events) AS events, (SELECT position FROM relay) AS relayed, (SELECT position FROM checkpointed) AS sealed');
  if (ends === undefined) return;
  const reached = Math.max(integer(ends, 'relayed'), integer(ends, 'sealed'));
  if (reached > integer(ends, 'events')) yield { kind: 'removed', reason: `the last event has position ${integer(ends, 'events')} in the order of all events, and position ${reached} was relayed or sealed` };
}
