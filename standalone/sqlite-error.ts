/** The result code of an error that SQLite gave (its primary code, https://sqlite.org/rescode.html), or `undefined` for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  // The low byte is the primary code; the rest tells more about it.
  return error.errcode & 0xff;
}

/** Primary result codes that say that a file is not what SQLite wrote: SQLITE_CORRUPT, SQLITE_NOTADB. */
const DAMAGED: readonly number[] = [11, 26];

/** Whether SQLite has found its file damaged. */
export function isDamaged(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && DAMAGED.includes(code);
}
