import { createHash } from 'node:crypto';

import type { Caller } from '#application/context';
import type { Outside } from '#application/http/exchange';
import { Failure } from '#contracts/errors';
import type { KeyRecord } from '#ports/keys';
import type { Tickets } from '#ports/tickets';

/** Finds out whose key a caller has. */
export type Authenticator = {
  /**
   * The key of an `Authorization` header.
   * @throws Failure `unauthenticated` for none, an unknown, a revoked or an expired one; `rate-limited` for an address that guesses.
   */
  readonly authenticate: (authorization: string | undefined, clientAddress: string) => Promise<KeyRecord>;
  /** The key that a ticket stands for; the ticket is used up. @throws as `authenticate` */
  readonly redeem: (ticket: string, tickets: Tickets, clientAddress: string) => Promise<KeyRecord>;
};

/** `Bearer` and a token as RFC 6750 §2.1 has it; no key of ours is half as long. */
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]{1,512}=*)$/i;

/** The last use is kept to the minute, so within a minute nothing needs to be written. */
const TOUCH_MILLISECONDS = 60_000;

/** Pairs of address and key that are remembered as good: 10 000 × about 150 bytes is 1.5 MB. */
const MAXIMUM_KNOWN = 10_000;

/** Makes an authenticator with its memory of good keys. */
export function createAuthenticator(outside: Pick<Outside, 'ports' | 'rateLimits' | 'metrics' | 'settings'>): Authenticator {
  const { keys, clock } = outside.ports;
  const known = createKnown();

  const refuse = async (reason: string, detail: string, clientAddress: string): Promise<never> => {
    outside.metrics.refusedKeys.add([reason]);
    await outside.rateLimits.take(guessBucket(clientAddress), outside.settings.guessRate);
    throw new Failure('unauthenticated', detail);
  };

  return {
    async authenticate(authorization, clientAddress) {
      const token = BEARER.exec(authorization ?? '')?.[1];
      if (token === undefined) {
        outside.metrics.refusedKeys.add(['missing']);
        throw new Failure('unauthenticated', authorization === undefined ? 'no key was given' : 'the Authorization header is not "Bearer KEY"');
      }
      const hash = hashOf(token);
      // A guesser behind the same address must not lock out who has shown a good key there before.
      if (!known.has(clientAddress, hash)) await assertNoGuesser(outside, clientAddress);
      const record = await keys.findByHash(hash);
      if (record === undefined) return refuse('unknown', 'the key is not known', clientAddress);
      const flaw = flawOf(record, clock.now());
      if (flaw !== undefined) return refuse(flaw, flaw === 'revoked' ? 'the key was revoked' : 'the key has expired', clientAddress);
      known.add(clientAddress, hash);
      await touch(outside, record);
      return record;
    },

    async redeem(ticket, tickets, clientAddress) {
      await assertNoGuesser(outside, clientAddress);
      const redeemed = await tickets.redeem(hashOf(ticket), new Date(clock.now()).toISOString());
      const record = redeemed === undefined ? undefined : await keys.get(redeemed.tenant, redeemed.keyId);
      const flaw = record === undefined ? 'ticket' : flawOf(record, clock.now());
      if (record === undefined || flaw !== undefined) return refuse(flaw ?? 'ticket', 'the ticket is not known, was used before or has expired', clientAddress);
      return record;
    },
  };
}

/** The SHA-256 by which keys and tickets are stored and found, as 64 hexadecimal digits. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Why a key may not be used now; `undefined` for a good one. */
export function flawOf(record: KeyRecord, nowMilliseconds: number): 'revoked' | 'expired' | undefined {
  if (record.revokedAt !== null) return 'revoked';
  if (record.expiresAt !== null && Date.parse(record.expiresAt) <= nowMilliseconds) return 'expired';
  return undefined;
}

/** Who calls, as use cases know them. */
export function callerOf(record: KeyRecord): Caller {
  return { tenant: record.tenant, keyId: record.id, keyName: record.name, role: record.role, target: record.target };
}

async function assertNoGuesser(outside: Pick<Outside, 'rateLimits' | 'metrics' | 'settings'>, clientAddress: string): Promise<void> {
  const retryAfterSeconds = await outside.rateLimits.ask(guessBucket(clientAddress), outside.settings.guessRate);
  if (retryAfterSeconds === 0) return;
  outside.metrics.refusedKeys.add(['guessing']);
  outside.metrics.rateLimited.add(['guess']);
  throw new Failure('rate-limited', { detail: `too many wrong keys came from this address; try again in ${retryAfterSeconds} s`, retryAfterSeconds });
}

async function touch(outside: Pick<Outside, 'ports'>, record: KeyRecord): Promise<void> {
  const now = outside.ports.clock.now();
  if (record.lastUsedAt !== null && now - Date.parse(record.lastUsedAt) < TOUCH_MILLISECONDS) return;
  await outside.ports.keys.touch(record.tenant, record.id, new Date(now).toISOString());
}

function guessBucket(clientAddress: string): string {
  return `guess/${neighbourhoodOf(clientAddress)}`;
}

/**
 * What is one guesser's: an IPv4 address, also one in the form of IPv6, or the first 64 bits of an IPv6 address: a host makes up the other 64
 * by itself (RFC 4291 §2.5.1), and they would be as many new starts.
 */
export function neighbourhoodOf(clientAddress: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(clientAddress)?.[1];
  if (mapped !== undefined || !clientAddress.includes(':')) return mapped ?? clientAddress;
  const [before = '', after = ''] = clientAddress.toLowerCase().replace(/%.*$/, '').split('::');
  const [head, tail] = [before, after].map((part) => (part === '' ? [] : part.split(':')));
  const groups = [...(head ?? []), ...Array.from({ length: Math.max(0, 8 - (head?.length ?? 0) - (tail?.length ?? 0)) }, () => '0'), ...(tail ?? [])];
  return `${groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

/** Remembers pairs in the order of their last use and forgets the oldest. */
function createKnown() {
  const pairs = new Set<string>();
  const keyOf = (clientAddress: string, hash: string) => `${clientAddress} ${hash}`;
  return {
    has: (clientAddress: string, hash: string) => pairs.has(keyOf(clientAddress, hash)),
    add(clientAddress: string, hash: string) {
      const key = keyOf(clientAddress, hash);
      pairs.delete(key);
      pairs.add(key);
      const oldest = pairs.size > MAXIMUM_KNOWN ? pairs.values().next().value : undefined;
      if (oldest !== undefined) pairs.delete(oldest);
    },
  };
}
