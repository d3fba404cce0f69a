/** A ticket as it is stored: never its value, only the SHA-256 of it; and whose key it stands for. `expiresAt` is ISO 8601 UTC. */
export type TicketRecord = { readonly hash: string; readonly tenant: string; readonly keyId: string; readonly expiresAt: string };

/** Tickets that open one WebSocket each, for browsers, which cannot send a header. They live for seconds and may be lost in a restart. */
export interface Tickets {
  /** Remembers a ticket, to be redeemed at once. @throws Failure `rate-limited` where the store has a bound and too many are unused. */
  issue(ticket: TicketRecord): Promise<void>;
  /** Uses a ticket up: of all calls with one hash at most one gets it. `undefined` for an unknown, used or expired one. */
  redeem(hash: string, now: string): Promise<TicketRecord | undefined>;
}
