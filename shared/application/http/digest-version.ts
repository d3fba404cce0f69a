import { createHash } from 'node:crypto';

/** 48 bits are at most 281,474,976,710,655: 15 digits, as many as an ETag of ours may have, and far within 2^53. */
const DIGEST_BYTES = 6;

/**
 * The version of what has none of its own, because it is made of several things and of the time: a digest of it, so that it is the same
 * exactly while all of it is the same. It names a state and orders nothing.
 */
export function digestVersion(body: object): number {
  return createHash('sha256').update(JSON.stringify(body)).digest().readUIntBE(0, DIGEST_BYTES);
}
