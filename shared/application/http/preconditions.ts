import type { HttpHeaders } from '#application/http/exchange';
import { malformed } from '#application/http/read-input';
import { Failure } from '#contracts/errors';
import { MAXIMUM_IF_MATCH_CHARACTERS } from '#contracts/http/request-headers';
import type { Route } from '#contracts/http/route';

/** A strong entity tag of ours: a version in quotes. */
const OUR_TAG = /^"(\d{1,15})"$/;

/** The ETag of a version. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/**
 * The version that If-Match asks for (RFC 9110 §13.1.1); `undefined` when there is no condition, or `*` on what must exist anyway.
 * Weak tags and tags that are not ours match nothing.
 * @throws Failure `precondition-failed` when nothing can match; `malformed-request` for a header too long, several versions, or `*` where it could make something new
 */
export function ifMatchVersion(headers: HttpHeaders, route: Route): number | undefined {
  const header = headers['if-match']?.trim();
  if (header === undefined || !route.versioned || route.method === 'GET') return undefined;
  if (header.length > MAXIMUM_IF_MATCH_CHARACTERS) throw malformed([{ field: 'header.if-match', rule: `must be at most ${MAXIMUM_IF_MATCH_CHARACTERS} characters`, value: header.slice(0, 100) }]);
  if (header === '*') return anyVersion(route);
  const versions = [...new Set(header.split(',').flatMap((tag) => OUR_TAG.exec(tag.trim())?.[1] ?? []))];
  if (versions.length === 0) throw new Failure('precondition-failed', { detail: `If-Match names no version of ours: ${header.slice(0, 100)}`, context: { ifMatch: header.slice(0, 100) } });
  if (versions.length > 1) throw malformed([{ field: 'header.if-match', rule: 'must name one version', value: header.slice(0, 100) }]);
  return Number(versions[0]);
}

/** Deleting or acting on what is not there is `not-found` anyway; but a PUT would make it, and the versions to replace are not known here. */
function anyVersion(route: Route): undefined {
  if (route.method === 'PUT') throw malformed([{ field: 'header.if-match', rule: 'must name the version to replace, as "3"', value: '*' }]);
  return undefined;
}
