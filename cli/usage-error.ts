/** A command line that cannot be understood: what is wrong with it, and what is possible instead. Nothing was sent. */
export class UsageError extends Error {
  /** The words that would have been understood in its place. */
  readonly possible: readonly string[];

  constructor(message: string, possible: readonly string[] = []) {
    super(message);
    this.name = 'UsageError';
    this.possible = possible;
  }
}

/** Picks a word from a table. @throws UsageError that names the word and the possible ones. */
export function oneOf<Entry>(word: string, what: string, table: { readonly [word: string]: Entry }): Entry {
  const entry = Object.hasOwn(table, word) ? table[word] : undefined;
  if (entry === undefined) throw new UsageError(`unknown ${what} "${word}"`, Object.keys(table));
  return entry;
}
