import { createHmac } from 'node:crypto';

/** What the key is derived for: another purpose would give another key. */
const PURPOSE = 'cursor-key';

/**
 * The key that signs the cursors of lists and of the stream: HMAC-SHA-256 over its purpose, under the data key of the operators' tenant. So it is
 * the same in all processes and after a restart, is stored nowhere, and tells nothing of the data key. Source: RFC 5869, §2.3, of which one block
 * is enough for 32 bytes.
 */
export function cursorKeyOf(operatorDataKey: Uint8Array): Uint8Array {
  return createHmac('sha256', operatorDataKey).update(PURPOSE).digest();
}
