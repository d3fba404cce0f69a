import type { SQLOutputValue } from 'node:sqlite';

/** One row as SQLite gives it. */
export type Row = { readonly [column: string]: SQLOutputValue };

/** A text column. @throws Error when the column holds something else: the query and the schema do not fit. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw unexpected(column, value);
}

/** A text column that may be null. */
export function optionalText(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

/** A whole number that fits a double exactly, as all of ours do. */
export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw unexpected(column, value);
}

/** A whole number that may be null. */
export function optionalInteger(row: Row, column: string): number | null {
  return row[column] === null ? null : integer(row, column);
}

/** A column of bytes. */
export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw unexpected(column, value);
}

function unexpected(column: string, value: unknown): Error {
  return new Error(`column ${column} holds ${value === null ? 'null' : typeof value}`);
}
