import type { Connection } from '../connection.ts';
import { integer, optionalInteger, text } from '../row.ts';

/** An execution as it is stored; `digest` is that of its machine's definition, `snapshot` is JSON text, `revision` counts its changes. */
export type ExecutionRow = { readonly machine: string; readonly digest: string; readonly status: string; readonly revision: number; readonly snapshot: string };

/** A call that is to be made; `arguments` is JSON text. */
export type TaskRow = { readonly id: number; readonly attempts: number; readonly task: string; readonly tenant: string; readonly execution: string; readonly arguments: string; readonly callback: boolean };

/** An execution whose time has come. */
export type WakeRow = { readonly id: number; readonly attempts: number; readonly tenant: string; readonly name: string };

/** What one advance of an execution changes, stored in one transaction. */
export type ExecutionChange = {
  readonly tenant: string; readonly name: string; readonly status: string; readonly snapshot: string; readonly now: number; readonly wakeAt: number | null; readonly ending: string | null;
  readonly tasks: readonly { readonly task: string; readonly arguments: string; readonly callback: boolean }[];
  /** Tasks whose calls need not be made any more. */
  readonly finished: readonly string[];
};

export const workflowTransactions = { startExecution, readExecution, readDefinition, changeExecution, dueTasks, nextTask, removeTask, postponeTask, dueWakes, nextWake, clearWake, parkToken, parkedTokens, unparkToken, countExecutions };

/** Stores a new execution; false when there is one of its name. */
function startExecution(connection: Connection, input: ExecutionChange & { readonly machine: string; readonly digest: string; readonly definition: string }): boolean {
  const { tenant, name } = input;
  if (connection.get('SELECT 1 FROM executions WHERE tenant = ? AND name = ?', tenant, name) !== undefined) return false;
  connection.run('INSERT OR IGNORE INTO machine_definitions (digest, definition) VALUES (?, ?)', input.digest, input.definition);
  connection.run(
    `INSERT INTO executions (tenant, name, machine, definition, status, revision, snapshot, started_ms, wake_ms, ending, id)
     VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, (SELECT coalesce(max(id), 0) + 1 FROM executions))`,
    tenant, name, input.machine, input.digest, input.status, input.snapshot, input.now, input.wakeAt, input.ending,
  );
  storeTasks(connection, input);
  return true;
}

function readExecution(connection: Connection, input: { readonly tenant: string; readonly name: string }): ExecutionRow | undefined {
  const row = connection.get('SELECT machine, definition, status, revision, snapshot FROM executions WHERE tenant = ? AND name = ?', input.tenant, input.name);
  if (row === undefined) return undefined;
  return { machine: text(row, 'machine'), digest: text(row, 'definition'), status: text(row, 'status'), revision: integer(row, 'revision'), snapshot: text(row, 'snapshot') };
}

/** The JSON text of a machine that an execution was started with. */
function readDefinition(connection: Connection, input: { readonly digest: string }): string | undefined {
  const row = connection.get('SELECT definition FROM machine_definitions WHERE digest = ?', input.digest);
  return row === undefined ? undefined : text(row, 'definition');
}

/** Stores an advance; false when the execution has another revision than the one that was advanced. */
function changeExecution(connection: Connection, input: ExecutionChange & { readonly revision: number }): boolean {
  const changed = connection.run(
    'UPDATE executions SET status = ?, snapshot = ?, revision = revision + 1, wake_ms = ?, ending = ?, ended_ms = ? WHERE tenant = ? AND name = ? AND revision = ?',
    input.status, input.snapshot, input.wakeAt, input.ending, input.ending === null ? null : input.now, input.tenant, input.name, input.revision,
  );
  if (changed === 0) return false;
  storeTasks(connection, input);
  return true;
}

function storeTasks(connection: Connection, input: ExecutionChange): void {
  for (const task of input.finished) connection.run('DELETE FROM execution_tasks WHERE task = ?', task);
  for (const task of input.tasks) {
    connection.run('INSERT INTO execution_tasks (task, tenant, execution, arguments, callback, due_ms) VALUES (?, ?, ?, ?, ?, ?)', task.task, input.tenant, input.name, task.arguments, task.callback ? 1 : 0, input.now);
  }
}

type DueQuery = { readonly now: number; readonly limit: number; readonly except: readonly number[] };

function dueTasks(connection: Connection, input: DueQuery): readonly TaskRow[] {
  return connection
    .all('SELECT * FROM execution_tasks WHERE due_ms <= ? AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY due_ms, id LIMIT ?', input.now, JSON.stringify(input.except), input.limit)
    .map((row) => ({
      id: integer(row, 'id'), attempts: integer(row, 'attempts'), task: text(row, 'task'), tenant: text(row, 'tenant'), execution: text(row, 'execution'), arguments: text(row, 'arguments'), callback: integer(row, 'callback') === 1,
    }));
}

function nextTask(connection: Connection, input: { readonly after: number }): number | undefined {
  const row = connection.get('SELECT min(due_ms) AS due_ms FROM execution_tasks WHERE due_ms > ?', input.after);
  return row === undefined ? undefined : (optionalInteger(row, 'due_ms') ?? undefined);
}

function removeTask(connection: Connection, input: { readonly id: number }): void {
  connection.run('DELETE FROM execution_tasks WHERE id = ?', input.id);
}

function postponeTask(connection: Connection, input: { readonly id: number; readonly attempts: number; readonly dueAt: number; readonly reason: string }): void {
  connection.run('UPDATE execution_tasks SET attempts = ?, due_ms = ?, reason = ? WHERE id = ?', input.attempts, input.dueAt, input.reason, input.id);
}

function dueWakes(connection: Connection, input: DueQuery): readonly WakeRow[] {
  return connection
    .all('SELECT id, tenant, name FROM executions WHERE wake_ms <= ? AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY wake_ms LIMIT ?', input.now, JSON.stringify(input.except), input.limit)
    .map((row) => ({ id: integer(row, 'id'), attempts: 0, tenant: text(row, 'tenant'), name: text(row, 'name') }));
}

function nextWake(connection: Connection, input: { readonly after: number }): number | undefined {
  const row = connection.get('SELECT min(wake_ms) AS wake_ms FROM executions WHERE wake_ms > ?', input.after);
  return row === undefined ? undefined : (optionalInteger(row, 'wake_ms') ?? undefined);
}

/** Moves an execution's next wake, after its timer could not be handled. */
function clearWake(connection: Connection, input: { readonly id: number; readonly wakeAt: number }): void {
  connection.run('UPDATE executions SET wake_ms = ? WHERE id = ?', input.wakeAt, input.id);
}

function parkToken(connection: Connection, input: { readonly tenant: string; readonly deployment: string; readonly wait: string; readonly token: string; readonly at: string }): void {
  connection.run('INSERT OR REPLACE INTO parked_tokens (tenant, deployment, wait, token, parked_at) VALUES (?, ?, ?, ?, ?)', input.tenant, input.deployment, input.wait, input.token, input.at);
}

function parkedTokens(connection: Connection, input: { readonly tenant: string; readonly deployment: string }): readonly { readonly wait: string; readonly token: string; readonly parkedAt: string }[] {
  return connection
    .all('SELECT wait, token, parked_at FROM parked_tokens WHERE tenant = ? AND deployment = ?', input.tenant, input.deployment)
    .map((row) => ({ wait: text(row, 'wait'), token: text(row, 'token'), parkedAt: text(row, 'parked_at') }));
}

function unparkToken(connection: Connection, input: { readonly tenant: string; readonly deployment: string; readonly wait: string; readonly token: string }): void {
  connection.run('DELETE FROM parked_tokens WHERE tenant = ? AND deployment = ? AND wait = ? AND token = ?', input.tenant, input.deployment, input.wait, input.token);
}

/** How many executions run, and how many calls wait to be made. */
function countExecutions(connection: Connection): { readonly running: number; readonly tasks: number } {
  const row = connection.get("SELECT (SELECT count(*) FROM executions WHERE status = 'RUNNING') AS running, (SELECT count(*) FROM execution_tasks) AS tasks");
  return row === undefined ? { running: 0, tasks: 0 } : { running: integer(row, 'running'), tasks: integer(row, 'tasks') };
}
