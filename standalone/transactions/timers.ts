import type { Connection } from '../connection.ts';
import { FAILED_KEPT_MILLISECONDS } from '../retries.ts';
import { integer, text } from '../row.ts';

/** A timer that is due; `payload` is JSON text. `id` is this setting of it: setting it again gives another. */
export type TimerRow = { readonly id: number; readonly attempts: number; readonly timer: string; readonly payload: string };

export const timerTransactions = { setTimer, cancelTimer, dueTimers, nextTimer, removeTimer, postponeTimer, abandonTimer, countTimers };

function setTimer(connection: Connection, input: { readonly timer: string; readonly tenant: string; readonly dueAt: number; readonly payload: string }): void {
  connection.run('INSERT OR REPLACE INTO timers (tenant, id, due_ms, payload) VALUES (?, ?, ?, ?)', input.tenant, input.timer, input.dueAt, input.payload);
}

function cancelTimer(connection: Connection, input: { readonly tenant: string; readonly timer: string }): void {
  connection.run('DELETE FROM timers WHERE tenant = ? AND id = ?', input.tenant, input.timer);
}

function dueTimers(connection: Connection, input: { readonly now: number; readonly limit: number; readonly except: readonly number[] }): readonly TimerRow[] {
  return connection
    .all(
      'SELECT revision, attempts, id, payload FROM timers WHERE due_ms <= ? AND revision NOT IN (SELECT value FROM json_each(?)) ORDER BY due_ms, revision LIMIT ?',
      input.now, JSON.stringify(input.except), input.limit,
    )
    .map((row) => ({ id: integer(row, 'revision'), attempts: integer(row, 'attempts'), timer: text(row, 'id'), payload: text(row, 'payload') }));
}

/** When the next timer is due that is not yet, in milliseconds since 1970. */
function nextTimer(connection: Connection, input: { readonly after: number }): number | undefined {
  const row = connection.get('SELECT due_ms FROM timers WHERE due_ms > ? ORDER BY due_ms LIMIT 1', input.after);
  return row === undefined ? undefined : integer(row, 'due_ms');
}

/** Removes this setting of a timer; one that was set anew meanwhile stays. */
function removeTimer(connection: Connection, input: { readonly id: number }): void {
  connection.run('DELETE FROM timers WHERE revision = ?', input.id);
}

function postponeTimer(connection: Connection, input: { readonly id: number; readonly attempts: number; readonly dueAt: number; readonly reason: string }): void {
  connection.run('UPDATE timers SET attempts = ?, due_ms = ?, reason = ? WHERE revision = ?', input.attempts, input.dueAt, input.reason, input.id);
}

/** Moves a timer to the failed ones with the reason of its last failure. */
function abandonTimer(connection: Connection, input: { readonly id: number; readonly attempts: number; readonly reason: string; readonly now: number }): void {
  const row = connection.get('DELETE FROM timers WHERE revision = ? RETURNING id, tenant, payload', input.id);
  if (row === undefined) return;
  connection.run('DELETE FROM failed_timers WHERE failed_ms < ?', input.now - FAILED_KEPT_MILLISECONDS);
  connection.run(
    'INSERT OR REPLACE INTO failed_timers (id, tenant, payload, attempts, reason, failed_ms) VALUES (?, ?, ?, ?, ?, ?)',
    text(row, 'id'), text(row, 'tenant'), text(row, 'payload'), input.attempts, input.reason, input.now,
  );
}

/** How many timers are set, how many of them are due, and how many were given up. */
function countTimers(connection: Connection, input: { readonly now: number }): { readonly timers: number; readonly dueTimers: number; readonly failedTimers: number } {
  const row = connection.get(
    'SELECT (SELECT count(*) FROM timers) AS timers, (SELECT count(*) FROM timers WHERE due_ms <= ?) AS due, (SELECT count(*) FROM failed_timers) AS failed',
    input.now,
  );
  if (row === undefined) throw new Error('counting gave no row');
  return { timers: integer(row, 'timers'), dueTimers: integer(row, 'due'), failedTimers: integer(row, 'failed') };
}
