/** Time, ids and chance: the only places where they come from. */
export interface Clock {
  /** Now, in milliseconds since 1970. */
  now(): number;
  /** Waits; at most 10 s at a time, as every caller's own limit says. */
  sleep(milliseconds: number): Promise<void>;
}

/** New identifiers. */
export interface Ids {
  /** A new deployment's id: `dep-` and 26 characters that sort by time. */
  deployment(now: number): string;
  /** A trace id: 32 hexadecimal digits, as in W3C Trace Context. */
  trace(): string;
  /** An unguessable text with a prefix, of at least 160 bits. */
  secret(prefix: string): string;
}
