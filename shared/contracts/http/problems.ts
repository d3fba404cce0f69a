import type { ErrorCode } from '#contracts/errors';
import type { Route } from '#contracts/http/route';

/** A POST for these reads, or writes where there are no versions. */
const CHANGES_NOTHING: readonly Route['permission'][] = ['deployment:read', 'ticket:create', 'sample:write'];

/**
 * All problems that a route may answer with: its own, and those that follow from what it is (keyed, with a body, idempotent, versioned).
 * Sorted by nothing; without repetition. The OpenAPI document and the tests derive from it.
 */
export function problemsOf(route: Route): readonly ErrorCode[] {
  const changes = route.method !== 'GET';
  const codes: ErrorCode[] = [...route.problems, 'malformed-request', 'headers-too-large', 'origin-refused', 'internal-error', 'unavailable'];
  if (route.permission !== 'public') codes.push('unauthenticated', 'rate-limited');
  if (route.permission !== 'public' && route.permission !== 'key') codes.push('forbidden');
  if (route.permission === 'target:serve') codes.push('not-found');
  if (route.permission === 'sample:write') codes.push('unknown-reference');
  if (route.body !== null) codes.push('body-too-large', 'unsupported-media-type');
  if (route.idempotent) codes.push('idempotency-in-flight', 'idempotency-mismatch');
  if (route.versioned && changes) codes.push('precondition-failed');
  if (changes && !CHANGES_NOTHING.includes(route.permission)) codes.push('version-conflict');
  return [...new Set(codes)];
}
