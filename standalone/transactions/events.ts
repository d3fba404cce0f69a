import { canonicalJson } from '#contracts/canonical-json';
import type { CheckedEvent } from '#contracts/check-event';
import { FIRST_PREVIOUS_HASH, chained, versionConflict } from '#engine/event-chain';
import type { Append } from '#ports/event-store';

import type { Connection } from '../connection.ts';
import { integer, text } from '../row.ts';
import type { Row } from '../row.ts';

/** A stored event; the payload is JSON text. */
export type EventRow = {
  readonly position: number; readonly tenant: string; readonly stream: string; readonly version: number; readonly type: string; readonly schemaVersion: number;
  readonly payload: string; readonly at: string; readonly traceId: string; readonly hash: string;
};

export const eventTransactions = { appendEvents, readStream, readLastEvent, readFeed, readFeedEnd, readUnrelayed };

/** The events are checked already; here they get the hash over the stream's last one. Answers these hashes, too. */
function appendEvents(connection: Connection, input: Omit<Append, 'events' | 'at' | 'traceId'> & { readonly events: readonly CheckedEvent[] }): { readonly version: number; readonly hashes: readonly string[] } {
  const { tenant, stream, expectedVersion } = input;
  const head = connection.get('SELECT version, hash FROM streams WHERE tenant = ? AND stream = ?', tenant, stream);
  const version = head === undefined ? 0 : integer(head, 'version');
  if (version !== expectedVersion) throw versionConflict(input, version);
  const events = chained(input.events, head === undefined ? FIRST_PREVIOUS_HASH : text(head, 'hash'));
  for (const [index, event] of events.entries()) {
    connection.run(
      `INSERT INTO events (tenant, stream, version, position, relayed, type, schema_version, payload, at, trace_id, hash)
       VALUES (?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM events), ?, ?, ?, ?, ?, ?, ?)`,
      tenant, stream, event.version, input.events[index]?.relayed === true ? 1 : 0, event.type, event.schemaVersion, canonicalJson(event.payload), event.at, event.traceId, event.hash,
    );
  }
  const last = events.at(-1);
  if (last === undefined) return { version, hashes: [] };
  connection.run(
    'INSERT INTO streams (tenant, stream, version, hash) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version, hash = excluded.hash',
    tenant, stream, last.version, last.hash,
  );
  return { version: last.version, hashes: events.map(({ hash }) => hash) };
}

/** A limit of -1 is none. */
function readStream(connection: Connection, input: { readonly tenant: string; readonly stream: string; readonly fromVersion: number; readonly limit: number }): readonly EventRow[] {
  return connection
    .all('SELECT * FROM events WHERE tenant = ? AND stream = ? AND version >= ? ORDER BY version LIMIT ?', input.tenant, input.stream, input.fromVersion, input.limit)
    .map(eventRow);
}

function readLastEvent(connection: Connection, input: { readonly tenant: string; readonly stream: string }): EventRow | undefined {
  const row = connection.get('SELECT * FROM events WHERE tenant = ? AND stream = ? ORDER BY version DESC LIMIT 1', input.tenant, input.stream);
  return row === undefined ? undefined : eventRow(row);
}

function readFeed(connection: Connection, input: { readonly tenant: string; readonly after: number; readonly limit: number }): readonly EventRow[] {
  return connection.all('SELECT * FROM events WHERE tenant = ? AND relayed = 1 AND position > ? ORDER BY position LIMIT ?', input.tenant, input.after, input.limit).map(eventRow);
}

/** The position of a tenant's newest event in the feed, 0 when there is none. */
function readFeedEnd(connection: Connection, input: { readonly tenant: string }): number {
  const row = connection.get('SELECT coalesce(max(position), 0) AS position FROM events WHERE tenant = ? AND relayed = 1', input.tenant);
  return row === undefined ? 0 : integer(row, 'position');
}

/** What the relay has still to do, in order, and how far it has come. `relayed` says whether an event goes to the bus. */
function readUnrelayed(connection: Connection, input: { readonly limit: number }): { readonly position: number; readonly events: readonly (EventRow & { readonly relayed: boolean })[] } {
  const relay = connection.get('SELECT position FROM relay');
  const position = relay === undefined ? 0 : integer(relay, 'position');
  const rows = connection.all('SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?', position, input.limit);
  return { position, events: rows.map((row) => ({ ...eventRow(row), relayed: integer(row, 'relayed') === 1 })) };
}

function eventRow(row: Row): EventRow {
  return {
    position: integer(row, 'position'), tenant: text(row, 'tenant'), stream: text(row, 'stream'), version: integer(row, 'version'), type: text(row, 'type'),
    schemaVersion: integer(row, 'schema_version'), payload: text(row, 'payload'), at: text(row, 'at'), traceId: text(row, 'trace_id'), hash: text(row, 'hash'),
  };
}
