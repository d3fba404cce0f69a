import { createHmac, timingSafeEqual } from 'node:crypto';

/** A ticket's random part, as ids make it, and its signature in base64url. */
const SIGNED = /^(slt_[A-Za-z0-9_-]{32})\.([A-Za-z0-9_-]{22})$/;

/** 128 bits: who guesses for the 30 s that a ticket lives finds none, and the table is asked about none of the guesses. */
const SIGNATURE_BYTES = 16;

/** Signs tickets, and tells those that were signed from those that somebody made up. */
export type TicketSigner = { sign(random: string): string; isSigned(ticket: string): boolean };

/** Signs by HMAC-SHA256, shortened as RFC 2104 §5 allows. Whether a signed ticket is unused and in time, the table alone knows. */
export function ticketSigner(key: Uint8Array): TicketSigner {
  const signatureOf = (random: string) => createHmac('sha256', key).update(random).digest().subarray(0, SIGNATURE_BYTES);
  return {
    sign: (random) => `${random}.${signatureOf(random).toString('base64url')}`,
    isSigned(ticket) {
      const [, random, signature] = SIGNED.exec(ticket) ?? [];
      if (random === undefined || signature === undefined) return false;
      const given = Buffer.from(signature, 'base64url');
      return given.length === SIGNATURE_BYTES && timingSafeEqual(given, signatureOf(random));
    },
  };
}
