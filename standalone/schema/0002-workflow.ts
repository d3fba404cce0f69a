/**
 * The tables of the state machines. A definition is kept by its digest for as long as an execution runs by it, so that an upgrade never
 * changes what is under way. `execution_tasks` are the calls that are still to be made; an open task token is part of its snapshot.
 */
export const workflowSchema = `
  CREATE TABLE machine_definitions (digest TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE executions (
    tenant TEXT NOT NULL, name TEXT NOT NULL, machine TEXT NOT NULL, definition TEXT NOT NULL REFERENCES machine_definitions (digest),
    status TEXT NOT NULL, revision INTEGER NOT NULL, snapshot TEXT NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER, wake_ms INTEGER, ending TEXT,
    id INTEGER NOT NULL UNIQUE,
    PRIMARY KEY (tenant, name)
  ) STRICT;
  CREATE INDEX executions_wake ON executions (wake_ms) WHERE wake_ms IS NOT NULL;

  CREATE TABLE execution_tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, task TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL, execution TEXT NOT NULL,
    arguments TEXT NOT NULL, callback INTEGER NOT NULL, due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, reason TEXT
  ) STRICT;
  CREATE INDEX execution_tasks_due ON execution_tasks (due_ms, id);

  CREATE TABLE parked_tokens (
    tenant TEXT NOT NULL, deployment TEXT NOT NULL, wait TEXT NOT NULL, token TEXT NOT NULL, parked_at TEXT NOT NULL,
    PRIMARY KEY (tenant, deployment, wait)
  ) STRICT, WITHOUT ROWID;
`;
