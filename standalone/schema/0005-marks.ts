/**
 * A removed document leaves a mark of its version, so that a late write cannot bring it back. A timer is its tenant's: two tenants may have
 * timers of the same id.
 */
export const marksSchema = `
  CREATE TABLE removed_documents (
    tenant TEXT NOT NULL, model TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, removed_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, model, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX removed_documents_age ON removed_documents (removed_ms);

  ALTER TABLE timers RENAME TO timers_before;
  DROP INDEX timers_due;
  CREATE TABLE timers (
    revision INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, id TEXT NOT NULL,
    due_ms INTEGER NOT NULL, payload TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, reason TEXT,
    UNIQUE (tenant, id)
  ) STRICT;
  INSERT INTO timers (revision, tenant, id, due_ms, payload, attempts, reason) SELECT revision, tenant, id, due_ms, payload, attempts, reason FROM timers_before;
  DROP TABLE timers_before;
  CREATE INDEX timers_due ON timers (due_ms, revision);

  ALTER TABLE failed_timers RENAME TO failed_timers_before;
  CREATE TABLE failed_timers (
    tenant TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, attempts INTEGER NOT NULL, reason TEXT NOT NULL, failed_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT;
  INSERT INTO failed_timers (tenant, id, payload, attempts, reason, failed_ms) SELECT tenant, id, payload, attempts, reason, failed_ms FROM failed_timers_before;
  DROP TABLE failed_timers_before;
`;
