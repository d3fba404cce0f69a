import type { Connection } from '../connection.ts';
import { integer, text } from '../row.ts';

/** A schedule whose time has come. */
export type ScheduleRow = { readonly id: number; readonly attempts: number; readonly name: string };

export const scheduleTransactions = { keepSchedules, dueSchedules, nextSchedule, rescheduleTo, bringForward };

/** Makes the table that of these schedules: new ones are due at `dueAt`, known ones keep their time, others go. */
function keepSchedules(connection: Connection, input: { readonly names: readonly string[]; readonly dueAt: number }): void {
  connection.run('DELETE FROM schedules WHERE name NOT IN (SELECT value FROM json_each(?))', JSON.stringify(input.names));
  for (const name of input.names) connection.run('INSERT INTO schedules (name, due_ms) VALUES (?, ?) ON CONFLICT (name) DO NOTHING', name, input.dueAt);
}

function dueSchedules(connection: Connection, input: { readonly now: number; readonly limit: number; readonly except: readonly number[] }): readonly ScheduleRow[] {
  return connection
    .all(
      'SELECT id, attempts, name FROM schedules WHERE due_ms <= ? AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY due_ms, id LIMIT ?',
      input.now, JSON.stringify(input.except), input.limit,
    )
    .map((row) => ({ id: integer(row, 'id'), attempts: integer(row, 'attempts'), name: text(row, 'name') }));
}

/** When the next schedule is due that is not yet, in milliseconds since 1970. */
function nextSchedule(connection: Connection, input: { readonly after: number }): number | undefined {
  const row = connection.get('SELECT due_ms FROM schedules WHERE due_ms > ? ORDER BY due_ms LIMIT 1', input.after);
  return row === undefined ? undefined : integer(row, 'due_ms');
}

/** Sets when a schedule runs next; `attempts` counts failures since its last success, and `reason` is that of the last one. */
function rescheduleTo(connection: Connection, input: { readonly id: number; readonly dueAt: number; readonly attempts: number; readonly reason: string | null }): void {
  connection.run('UPDATE schedules SET due_ms = ?, attempts = ?, reason = ? WHERE id = ?', input.dueAt, input.attempts, input.reason, input.id);
}

/** The queues of the engine; each has the time at which a thing is due. */
const QUEUES = ['timers', 'deliveries', 'execution_tasks', 'schedules'] as const;

/**
 * Brings what is due later forward by as much as the clock was set back, so that it still waits as long as it was to. The time-outs of executions stay: they stand in their snapshots, and only end what nobody has ended before.
 */
function bringForward(connection: Connection, input: { readonly milliseconds: number; readonly now: number }): void {
  for (const queue of QUEUES) connection.run(`UPDATE ${queue} SET due_ms = due_ms - ? WHERE due_ms > ?`, input.milliseconds, input.now);
}
