import { createHash } from 'node:crypto';

import { Failure } from '#contracts/errors';
import { MAXIMUM_BLOB_BYTES } from '#ports/blobs';

/** The digest of content, as `sha256:` and 64 hexadecimal digits. */
export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** Refuses what is too large. @throws Failure `body-too-large`. */
export function requireBlobSize(content: Uint8Array): void {
  if (content.length <= MAXIMUM_BLOB_BYTES) return;
  throw new Failure('body-too-large', { detail: `The content has ${content.length} bytes, more than ${MAXIMUM_BLOB_BYTES}.`, context: { sizeBytes: content.length, maximumBytes: MAXIMUM_BLOB_BYTES } });
}

/** Refuses stored content that is not what its digest says. @throws Failure `internal-error`. */
export function requireDigest(content: Uint8Array, digest: string): void {
  if (digestOf(content) === digest) return;
  throw new Failure('internal-error', { detail: `The stored content of ${digest} is damaged: it has another digest.`, context: { digest } });
}
