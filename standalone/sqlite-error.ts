/** The result code of an error that SQLite gave (its primary code, https://sqlite.org/rescode.html), or `undefined` for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  // The low byte is the primary code; the rest tells more about it.
  return error.errcode & 0xff;
}
