import { appendRecord } from '#application/append-record';
import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { keyStream } from '#application/keys/create-key';
import type { KeyRecord } from '#ports/keys';

/**
 * Revokes a key and closes its connections. A repetition completes what an earlier call may have left undone, and records the
 * revocation once. An expired key can be revoked too: there is nothing to mark, but it is recorded and its connections are closed.
 */
export async function revoke(context: Context, key: KeyRecord, by: string): Promise<void> {
  const { keys, connections, events } = context.ports;
  await keys.revoke(context.tenant, key.id, nowOf(context));
  const last = await events.readLast({ tenant: context.tenant, stream: keyStream(key.id) });
  if (last?.type !== 'ApiKeyRevoked') await appendRecord(context, keyStream(key.id), { type: 'ApiKeyRevoked', payload: { key: key.id, by } });
  await connections.closeKey(context.tenant, key.id);
}
