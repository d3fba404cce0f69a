/**
 * What a repetition needs to be told from what it repeats. A request remembers when it was first begun, also after it was lost. The tokens of
 * one wait are kept side by side: a call that is made again late must not put its token in the place of the one that is waited for.
 */
export const repetitionsSchema = `
  ALTER TABLE idempotency ADD COLUMN first_ms INTEGER NOT NULL DEFAULT 0;
  UPDATE idempotency SET first_ms = begun_ms;

  ALTER TABLE parked_tokens RENAME TO parked_tokens_before;
  CREATE TABLE parked_tokens (
    tenant TEXT NOT NULL, deployment TEXT NOT NULL, wait TEXT NOT NULL, token TEXT NOT NULL, parked_at TEXT NOT NULL,
    PRIMARY KEY (tenant, deployment, wait, token)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO parked_tokens SELECT * FROM parked_tokens_before;
  DROP TABLE parked_tokens_before;
`;
