import { expect, it } from 'vitest';

import { ticketSigner } from '#aws/signed-tickets';
import { SystemIds } from '#engine/system-ids';

const random = () => new SystemIds().secret('slt_');

it('a signed ticket is known by whoever has the key, and by nobody else', () => {
  const ticket = ticketSigner(new Uint8Array(32)).sign(random());
  expect(ticketSigner(new Uint8Array(32)).isSigned(ticket)).toBe(true);
  expect(ticketSigner(new Uint8Array(32).fill(1)).isSigned(ticket)).toBe(false);
});

it('what somebody made up, or changed, is none, whatever its form', () => {
  const { sign, isSigned } = ticketSigner(new Uint8Array(32));
  const ticket = sign(random());
  const [value = '', signature = ''] = ticket.split('.');
  for (const made of ['', 'slt_one', value, `${value}.`, `${random()}.${signature}`, `${value}.${'A'.repeat(22)}`, `${ticket}A`, `A${ticket}`, `${value}.${signature}.${signature}`]) expect(isSigned(made)).toBe(false);
});

it('a ticket goes into an address as it is', () => {
  const ticket = ticketSigner(new Uint8Array(32)).sign(random());
  expect(encodeURIComponent(ticket)).toBe(ticket);
});
