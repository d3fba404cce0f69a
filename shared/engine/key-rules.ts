import type { KeyRecord } from '#ports/keys';

/** A last use is noted once a minute: it is shown to people, and each write costs. */
const TOUCH_MILLISECONDS = 60_000;

/** Whether a key can still be revoked: it was not, and has not expired. `at` is ISO 8601 UTC. */
export function isValid(key: Pick<KeyRecord, 'revokedAt' | 'expiresAt'>, at: string): boolean {
  return key.revokedAt === null && (key.expiresAt === null || Date.parse(key.expiresAt) > Date.parse(at));
}

/** Whether a use is to be noted. `at` is ISO 8601 UTC. */
export function isTouchDue(key: Pick<KeyRecord, 'lastUsedAt'>, at: string): boolean {
  return key.lastUsedAt === null || Date.parse(at) - Date.parse(key.lastUsedAt) >= TOUCH_MILLISECONDS;
}
