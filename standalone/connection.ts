import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

import type { Row } from './row.ts';

/**
 * What a transaction function works with: SQL with its parameters, each text prepared once. The texts are constants of the source,
 * so the number of prepared statements is bounded by it; nothing from outside ever becomes part of a text.
 */
export class Connection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** All rows. */
  all(sql: string, ...parameters: readonly SQLInputValue[]): readonly Row[] {
    return this.#prepared(sql).all(...parameters);
  }

  /** The first row, if there is one. */
  get(sql: string, ...parameters: readonly SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...parameters);
  }

  /** Runs a statement and answers how many rows it changed. */
  run(sql: string, ...parameters: readonly SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...parameters).changes);
  }

  /** Runs statements without parameters that need no preparation: the schema, pragmas, the frame of a transaction. */
  execute(sql: string): void {
    this.#database.exec(sql);
  }

  /** Whether a transaction is open: SQLite ends it by itself after some errors, such as a full disk. */
  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
