import * as z from 'zod';

import { Failure } from '#contracts/errors';
import type { TicketRecord, Tickets } from '#ports/tickets';

import type { Place, Table } from './table.ts';

/** One tenant's tickets at a time: with 30 s each, 33 pages opened per second. */
const MAXIMUM_TENANT_TICKETS = 1000;

const ticket = z.object({ hash: z.string(), tenant: z.string(), keyId: z.string(), until: z.string() });

/** The tickets; each is used up by its removal, which only one caller sees. */
export class DynamoTickets implements Tickets {
  readonly #state: Table;
  readonly #now: () => number;

  /** `now` gives milliseconds since 1970. */
  constructor(state: Table, now: () => number) {
    this.#state = state;
    this.#now = now;
  }

  async issue({ hash, tenant, keyId, expiresAt }: TicketRecord): Promise<void> {
    const window = Math.floor(this.#now() / 60_000);
    const counted = await this.#state.update({ pk: `${tenant}#ticket-count`, sk: String(window) }, {
      expression: 'ADD issued :one SET expiresAt = :end', when: 'attribute_not_exists(issued) OR issued < :most',
      values: { ':one': 1, ':most': 2 * MAXIMUM_TENANT_TICKETS, ':end': (window + 2) * 60 },
    });
    if (!counted) throw new Failure('rate-limited', { detail: 'too many tickets are unused', retryAfterSeconds: 30 });
    await this.#state.put({ ...placeOf(hash), hash, tenant, keyId, until: expiresAt, expiresAt: Math.ceil(Date.parse(expiresAt) / 1000) });
  }

  async redeem(hash: string, now: string): Promise<TicketRecord | undefined> {
    // The condition makes the removal of many at once one caller's; without it DynamoDB Local has given the item to two.
    const removed = await this.#state.remove(placeOf(hash), { expression: 'attribute_exists(pk)' });
    if (removed === undefined) return undefined;
    const { until, ...rest } = ticket.parse(removed);
    return until > now ? { ...rest, expiresAt: until } : undefined;
  }
}

/** A ticket tells whose it is, so it is found without a tenant. */
function placeOf(hash: string): Place {
  return { pk: `#ticket#${hash}`, sk: '-' };
}
