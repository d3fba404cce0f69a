import { Failure } from '#contracts/errors';

import type { Connection } from '../connection.ts';
import { FAILED_KEPT_MILLISECONDS } from '../retries.ts';
import { integer, text } from '../row.ts';

/** An event for a consumer; `event` is the envelope as JSON. (tenant, stream, version, consumer) tells a repetition. */
export type NewDelivery = { readonly tenant: string; readonly stream: string; readonly version: number; readonly consumer: string; readonly event: string };

export type DeliveryRow = { readonly id: number; readonly attempts: number; readonly consumer: string; readonly event: string };

/** A delivery that will not be tried again. */
export type FailedDelivery = NewDelivery & { readonly attempts: number; readonly reason: string };

export const deliveryTransactions = { advanceRelay, addDeliveries, dueDeliveries, nextDelivery, removeDelivery, postponeDelivery, abandonDelivery, countDeliveries };

/** Stores the deliveries of the events up to a position and remembers that position, together. Only one relay may do so: the old position is checked. */
function advanceRelay(
  connection: Connection,
  input: { readonly from: number; readonly to: number; readonly now: number; readonly deliveries: readonly NewDelivery[]; readonly failed: readonly FailedDelivery[] },
): void {
  const advanced = connection.run('UPDATE relay SET position = ? WHERE position = ?', input.to, input.from);
  if (advanced !== 1) throw new Failure('version-conflict', 'Another relay has come further.');
  for (const failed of input.failed) storeFailed(connection, failed, input.now);
  addDeliveries(connection, input);
}

/** A delivery that exists already stays as it is. */
function addDeliveries(connection: Connection, input: { readonly now: number; readonly deliveries: readonly NewDelivery[] }): void {
  for (const { tenant, stream, version, consumer, event } of input.deliveries) {
    connection.run(
      'INSERT INTO deliveries (tenant, stream, version, consumer, event, due_ms) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      tenant, stream, version, consumer, event, input.now,
    );
  }
}

function dueDeliveries(connection: Connection, input: { readonly now: number; readonly limit: number; readonly except: readonly number[] }): readonly DeliveryRow[] {
  return connection
    .all(
      'SELECT id, attempts, consumer, event FROM deliveries WHERE due_ms <= ? AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY due_ms, id LIMIT ?',
      input.now, JSON.stringify(input.except), input.limit,
    )
    .map((row) => ({ id: integer(row, 'id'), attempts: integer(row, 'attempts'), consumer: text(row, 'consumer'), event: text(row, 'event') }));
}

/** When the next delivery is due that is not yet, in milliseconds since 1970. */
function nextDelivery(connection: Connection, input: { readonly after: number }): number | undefined {
  const row = connection.get('SELECT due_ms FROM deliveries WHERE due_ms > ? ORDER BY due_ms LIMIT 1', input.after);
  return row === undefined ? undefined : integer(row, 'due_ms');
}

function removeDelivery(connection: Connection, input: { readonly id: number }): void {
  connection.run('DELETE FROM deliveries WHERE id = ?', input.id);
}

function postponeDelivery(connection: Connection, input: { readonly id: number; readonly attempts: number; readonly dueAt: number; readonly reason: string }): void {
  connection.run('UPDATE deliveries SET attempts = ?, due_ms = ?, reason = ? WHERE id = ?', input.attempts, input.dueAt, input.reason, input.id);
}

/** Moves a delivery to the failed ones with the reason of its last failure. */
function abandonDelivery(connection: Connection, input: { readonly id: number; readonly attempts: number; readonly reason: string; readonly now: number }): void {
  const row = connection.get('DELETE FROM deliveries WHERE id = ? RETURNING tenant, stream, version, consumer, event', input.id);
  if (row === undefined) return;
  const delivery = { tenant: text(row, 'tenant'), stream: text(row, 'stream'), version: integer(row, 'version'), consumer: text(row, 'consumer'), event: text(row, 'event') };
  storeFailed(connection, { ...delivery, attempts: input.attempts, reason: input.reason }, input.now);
}

/** The newest failure of a delivery replaces an older one; what is older than it is kept goes. */
function storeFailed(connection: Connection, failed: FailedDelivery, now: number): void {
  connection.run('DELETE FROM failed_deliveries WHERE failed_ms < ?', now - FAILED_KEPT_MILLISECONDS);
  connection.run(
    'INSERT OR REPLACE INTO failed_deliveries (tenant, stream, version, consumer, event, attempts, reason, failed_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    failed.tenant, failed.stream, failed.version, failed.consumer, failed.event, failed.attempts, failed.reason, now,
  );
}

/** How many events are not relayed, deliveries not done, and deliveries given up. */
function countDeliveries(connection: Connection, _input: null): { readonly unrelayedEvents: number; readonly deliveries: number; readonly failedDeliveries: number } {
  const row = connection.get(`
    SELECT (SELECT count(*) FROM events WHERE position > (SELECT position FROM relay)) AS unrelayed,
           (SELECT count(*) FROM deliveries) AS deliveries, (SELECT count(*) FROM failed_deliveries) AS failed`);
  if (row === undefined) throw new Error('counting gave no row');
  return { unrelayedEvents: integer(row, 'unrelayed'), deliveries: integer(row, 'deliveries'), failedDeliveries: integer(row, 'failed') };
}
