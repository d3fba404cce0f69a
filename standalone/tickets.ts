import { Failure } from '#contracts/errors';
import type { Clock } from '#ports/clock';
import type { TicketRecord, Tickets } from '#ports/tickets';

/** A ticket lives for 30 s; 10 000 in that time is more than any rate limit lets through to real browsers. */
const MAXIMUM_TICKETS = 10_000;

/** One tenant's part of these: 33 pages opened per second, so that no tenant keeps others out. */
const MAXIMUM_TENANT_TICKETS = 1000;

/** Tickets in this process's memory: after a restart their owners ask for new ones. */
export class MemoryTickets implements Tickets {
  readonly #clock: Clock;
  /** In the order of issue, and so of expiry. */
  readonly #tickets = new Map<string, TicketRecord>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async issue(ticket: TicketRecord): Promise<void> {
    this.#forgetExpired(new Date(this.#clock.now()).toISOString());
    const own = [...this.#tickets.values()].filter(({ tenant }) => tenant === ticket.tenant).length;
    if (own >= MAXIMUM_TENANT_TICKETS || this.#tickets.size >= MAXIMUM_TICKETS) throw new Failure('rate-limited', { detail: 'too many tickets are unused', retryAfterSeconds: 30 });
    this.#tickets.set(ticket.hash, ticket);
  }

  async redeem(hash: string, now: string): Promise<TicketRecord | undefined> {
    const ticket = this.#tickets.get(hash);
    this.#tickets.delete(hash);
    return ticket !== undefined && ticket.expiresAt > now ? ticket : undefined;
  }

  #forgetExpired(now: string): void {
    for (const [hash, ticket] of this.#tickets) {
      if (ticket.expiresAt > now) return;
      this.#tickets.delete(hash);
    }
  }
}
