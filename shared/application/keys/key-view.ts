import type { ApiKeyView } from '#contracts/views';
import type { KeyRecord } from '#ports/keys';

/** A key as it is shown: neither its value nor its hash. */
export function keyView({ id, name, prefix, role, target, createdAt, expiresAt, lastUsedAt, revokedAt }: KeyRecord): ApiKeyView {
  return { id, name, prefix, role, target, createdAt, expiresAt, lastUsedAt, revokedAt };
}
