/** Sealed records of how far each tenant's streams are, and up to which position of the file events are in them. */
export const checkpointsSchema = `
  CREATE TABLE checkpoints (
    tenant TEXT NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL, previous_seal TEXT NOT NULL, heads TEXT NOT NULL, seal TEXT NOT NULL,
    PRIMARY KEY (tenant, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE checkpointed (only INTEGER PRIMARY KEY CHECK (only = 1), position INTEGER NOT NULL) STRICT;
  INSERT INTO checkpointed (only, position) VALUES (1, 0);
`;
