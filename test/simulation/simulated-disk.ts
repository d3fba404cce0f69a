import { DatabaseSync } from 'node:sqlite';

import { Connection } from '#standalone/connection';
import { migrate } from '#standalone/migrations';

/**
 * The disk of the control plane: its database's file, kept in memory. What was committed lies on it and outlives every crash; the rest is
 * gone with the process. A power cut that loses what was flushed is none of its faults: that is the promise of SQLite and the disk below.
 */
export class SimulatedDisk {
  readonly connection: Connection;
  readonly #database: DatabaseSync;

  constructor() {
    this.#database = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
    this.connection = new Connection(this.#database);
    migrate(this.connection, ':memory:');
    this.connection.execute('PRAGMA trusted_schema = OFF');
  }

  /** Forgets everything. */
  close(): void {
    this.#database.close();
  }
}
