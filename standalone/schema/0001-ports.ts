/**
 * The tables of the ports. The tenant is first in each key that a request can reach; timers, deliveries and schedules are the engine's
 * own queues, read across tenants by the engine alone. Columns that end in `_at` are ISO 8601 UTC, those in `_ms` milliseconds since 1970.
 */
export const portsSchema = `
  CREATE TABLE streams (
    tenant TEXT NOT NULL, stream TEXT NOT NULL, version INTEGER NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (tenant, stream)
  ) STRICT, WITHOUT ROWID;

  -- position orders all events of the file: the relay reads by it, and a feed is those of one tenant.
  CREATE TABLE events (
    tenant TEXT NOT NULL, stream TEXT NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL UNIQUE, relayed INTEGER NOT NULL,
    type TEXT NOT NULL, schema_version INTEGER NOT NULL, payload TEXT NOT NULL, at TEXT NOT NULL, trace_id TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (tenant, stream, version)
  ) STRICT;
  CREATE INDEX events_feed ON events (tenant, position) WHERE relayed = 1;

  CREATE TABLE relay (only INTEGER PRIMARY KEY CHECK (only = 1), position INTEGER NOT NULL) STRICT;
  INSERT INTO relay (only, position) VALUES (1, 0);

  -- AUTOINCREMENT, so that an id is never used again while its delivery may still run.
  CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, stream TEXT NOT NULL, version INTEGER NOT NULL, consumer TEXT NOT NULL,
    event TEXT NOT NULL, due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, reason TEXT,
    UNIQUE (tenant, stream, version, consumer)
  ) STRICT;
  CREATE INDEX deliveries_due ON deliveries (due_ms, id);
  CREATE TABLE failed_deliveries (
    tenant TEXT NOT NULL, stream TEXT NOT NULL, version INTEGER NOT NULL, consumer TEXT NOT NULL,
    event TEXT NOT NULL, attempts INTEGER NOT NULL, reason TEXT NOT NULL, failed_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, stream, version, consumer)
  ) STRICT;

  -- Setting a timer again makes a new row, so that removing the one that fired never removes the new one.
  CREATE TABLE timers (
    revision INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL,
    due_ms INTEGER NOT NULL, payload TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, reason TEXT
  ) STRICT;
  CREATE INDEX timers_due ON timers (due_ms, revision);
  CREATE TABLE failed_timers (
    id TEXT PRIMARY KEY, tenant TEXT NOT NULL, payload TEXT NOT NULL, attempts INTEGER NOT NULL, reason TEXT NOT NULL, failed_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE schedules (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, reason TEXT
  ) STRICT;

  CREATE TABLE read_models (
    tenant TEXT NOT NULL, model TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, found_by TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (tenant, model, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE read_model_index (
    tenant TEXT NOT NULL, model TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (tenant, model, name, value, key),
    FOREIGN KEY (tenant, model, key) REFERENCES read_models ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX read_model_index_document ON read_model_index (tenant, model, key);

  CREATE TABLE leases (
    tenant TEXT NOT NULL, target TEXT NOT NULL, application TEXT NOT NULL,
    holder TEXT, generation INTEGER NOT NULL DEFAULT 0, stable TEXT, stable_by TEXT,
    PRIMARY KEY (tenant, target, application)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX leases_held ON leases (tenant, holder) WHERE holder IS NOT NULL;
  CREATE TABLE lease_queue (
    tenant TEXT NOT NULL, deployment TEXT NOT NULL, application TEXT NOT NULL, environment TEXT NOT NULL,
    targets TEXT NOT NULL, priority INTEGER NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (tenant, deployment)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE samples (
    tenant TEXT NOT NULL, target TEXT NOT NULL, application TEXT NOT NULL, second INTEGER NOT NULL, component TEXT NOT NULL, release TEXT NOT NULL,
    requests INTEGER NOT NULL, errors INTEGER NOT NULL, latency TEXT NOT NULL,
    PRIMARY KEY (tenant, target, application, second, component, release)
  ) STRICT;
  CREATE INDEX samples_age ON samples (second);

  CREATE TABLE api_keys (
    tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, prefix TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, role TEXT NOT NULL, target TEXT,
    created_at TEXT NOT NULL, expires_at TEXT, last_used_at TEXT, revoked_at TEXT,
    PRIMARY KEY (tenant, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE master_key (only INTEGER PRIMARY KEY CHECK (only = 1), proof BLOB NOT NULL) STRICT;
  CREATE TABLE data_keys (tenant TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE secrets (
    tenant TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, sealed BLOB NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE idempotency (
    tenant TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, begun_ms INTEGER NOT NULL, answer BLOB,
    PRIMARY KEY (tenant, key)
  ) STRICT;
  CREATE INDEX idempotency_age ON idempotency (begun_ms);
`;
