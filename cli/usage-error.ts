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

/** Somebody pressed Ctrl-C where the terminal gives it as a character. Nothing was sent. */
export class InterruptedError extends Error {
  constructor() {
    super('interrupted: nothing was sent');
    this.name = 'InterruptedError';
  }
}
