import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a cursor is good for: it opens only where it was made. */
export type CursorScope = { readonly tenant: string; readonly operation: string; readonly filter: { readonly [name: string]: unknown } };

/** Signs the places of lists, so that a cursor can neither be made up nor taken elsewhere. */
export type Cursors = {
  readonly sign: (scope: CursorScope, position: string) => string;
  /** The place that a cursor stands for; `undefined` for one that was altered or belongs to another tenant, list or filter. */
  readonly open: (scope: CursorScope, cursor: string) => string | undefined;
};

/** 128 bits of an HMAC cannot be guessed within any rate limit; RFC 2104 §5 allows half of the hash. */
const SIGNATURE_BYTES = 16;

/** The least that a signing key may have, as RFC 2104 §3 advises for SHA-256. */
const MINIMUM_KEY_BYTES = 32;

/**
 * Makes cursors with a secret key of at least 32 bytes. All processes of one system need the same key; a new key only makes clients
 * begin their lists anew. A cursor hides nothing: its place can be read by who holds it.
 */
export function createCursors(key: Uint8Array): Cursors {
  if (key.byteLength < MINIMUM_KEY_BYTES) throw new Error(`a key for cursors must have at least ${MINIMUM_KEY_BYTES} bytes`);
  const signature = (scope: CursorScope, position: string) => {
    const filter = Object.entries(scope.filter).filter(([, value]) => value !== undefined).sort(([one], [other]) => (one < other ? -1 : 1));
    return createHmac('sha256', key).update(JSON.stringify([scope.tenant, scope.operation, filter, position])).digest().subarray(0, SIGNATURE_BYTES);
  };
  return {
    sign: (scope, position) => `${Buffer.from(position).toString('base64url')}.${signature(scope, position).toString('base64url')}`,
    open(scope, cursor) {
      const [encoded, signed, ...rest] = cursor.split('.');
      if (encoded === undefined || signed === undefined || rest.length > 0) return undefined;
      const position = Buffer.from(encoded, 'base64url').toString();
      const given = Buffer.from(signed, 'base64url');
      const expected = signature(scope, position);
      return given.length === expected.length && timingSafeEqual(given, expected) ? position : undefined;
    },
  };
}
