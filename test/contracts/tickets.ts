import { createHash, randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { TicketRecord, Tickets } from '#ports/tickets';

import { freshTenant, instantsOf } from './subject.ts';
import type { OpenSubject, TimedSubject } from './subject.ts';

/** What all stores of tickets promise. */
export function ticketContract(name: string, open: OpenSubject<TimedSubject<Tickets>>): void {
  describe(`tickets: ${name}`, () => {
    let subject: TimedSubject<Tickets>;
    let tickets: Tickets;
    let at: (seconds: number) => string;
    beforeAll(async () => {
      subject = await open();
      tickets = subject.port;
      at = instantsOf(subject);
    });
    afterAll(() => subject.close());

    const freshHash = () => createHash('sha256').update(randomUUID()).digest('hex');
    const issued = async (): Promise<TicketRecord> => {
      const ticket: TicketRecord = { hash: freshHash(), tenant: freshTenant(), keyId: 'key-1', expiresAt: at(30) };
      await tickets.issue(ticket);
      return ticket;
    };

    it('gives a ticket to the first who redeems it, and then to nobody', async () => {
      const ticket = await issued();
      expect(await tickets.redeem(ticket.hash, at(1))).toEqual(ticket);
      expect(await tickets.redeem(ticket.hash, at(1))).toBeUndefined();
    });

    it('gives it to one of many who redeem it at the same time', async () => {
      const ticket = await issued();
      const redeemed = await Promise.all(Array.from({ length: 8 }, () => tickets.redeem(ticket.hash, at(1))));
      expect(redeemed.filter((one) => one !== undefined)).toEqual([ticket]);
    });

    it('keeps a ticket until it expires and no longer', async () => {
      const [early, late] = [await issued(), await issued()];
      expect(await tickets.redeem(early.hash, at(29.999))).toEqual(early);
      expect(await tickets.redeem(late.hash, at(30))).toBeUndefined();
      expect(await tickets.redeem(late.hash, at(29))).toBeUndefined();
    });

    it('knows no ticket that was never issued, and leaves the others alone', async () => {
      const ticket = await issued();
      expect(await tickets.redeem(freshHash(), at(1))).toBeUndefined();
      expect(await tickets.redeem('', at(1))).toBeUndefined();
      expect(await tickets.redeem(ticket.hash, at(1))).toEqual(ticket);
    });
  });
}
