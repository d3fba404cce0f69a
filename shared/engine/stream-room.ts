import { Failure } from '#contracts/errors';
import { tenantRate } from '#contracts/rates';
import type { RateLimits } from '#ports/rate-limit';

/** How much of something is open in a scope, and how much may be. */
export type Room = { readonly scope: 'connection' | 'key' | 'tenant' | 'server'; readonly open: number; readonly most: number };

/** A connection that was closed unheard is forgotten when it is next written to; an agent tries again with jitter anyway. */
const RETRY_SECONDS = 10;

/** Refuses one more connection where a scope has as many as it may. @throws Failure `rate-limited` naming the rule and its value */
export function assertRoomForConnection(rooms: readonly Room[]): void {
  const full = fullOf(rooms);
  if (full !== undefined) throw new Failure('rate-limited', { ...detailOf(full, 'connections'), retryAfterSeconds: RETRY_SECONDS });
}

/** Refuses one more subscription where a scope has as many as it may; another has to end first. @throws Failure `conflict` naming the rule and its value */
export function assertRoomForSubscription(rooms: readonly Room[]): void {
  const full = fullOf(rooms);
  if (full !== undefined) throw new Failure('conflict', detailOf(full, 'subscriptions'));
}

/**
 * Takes one of the messages and new connections that a tenant may have: as many as of requests, in a bucket of their own. Who is refused keeps its connection, for others of
 * the tenant may have sent them. @throws Failure `rate-limited`
 */
export async function takeMessageOfTenant(rateLimits: Pick<RateLimits, 'take'>, tenant: string): Promise<void> {
  const retryAfterSeconds = await rateLimits.take(`${tenant}#messages`, tenantRate);
  if (retryAfterSeconds === 0) return;
  throw new Failure('rate-limited', { detail: `this tenant may send ${tenantRate.perSecond} messages and open connections per second, ${tenantRate.burst} at once`, retryAfterSeconds });
}

function fullOf(rooms: readonly Room[]): Room | undefined {
  return rooms.find(({ open, most }) => open >= most);
}

function detailOf({ scope, most }: Room, what: 'connections' | 'subscriptions') {
  return { detail: `this ${scope} may have ${most} ${what} at once`, context: { rule: `${what} per ${scope}`, scope, most } };
}
