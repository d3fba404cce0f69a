import type { z } from 'zod';

import type { CallContext } from '#application/context';
import type { OperationHandlers } from '#application/handlers';
import { keyStream, makeKey } from '#application/keys/create-key';
import { keyView } from '#application/keys/key-view';
import { revoke } from '#application/keys/revoke-key';
import { readPage } from '#application/read-page';
import { assertRoomForKey } from '#application/resources/assert-room';
import { requireVersion } from '#application/resources/if-match';
import { loadResource } from '#application/resources/load-resource';
import { fieldFailure } from '#application/resources/check-resource';
import { Failure } from '#contracts/errors';
import type { apiKeyRequest } from '#contracts/http/tenant-routes';
import type { KeyRecord } from '#ports/keys';

/** The use cases behind the routes of keys. The schema of a request knows no role `operator`, so that no admin can make one. */
export const keyOperations: Pick<OperationHandlers, 'createKey' | 'listKeys' | 'getKey' | 'revokeKey'> = {
  createKey: async (context, { body }) => {
    await checkTarget(context, body);
    await assertRoomForKey(context);
    return { body: await makeKey(context, { ...body, by: context.caller.keyId }) };
  },
  listKeys: async (context, { query }) => {
    const { role, target } = query;
    const filter = target !== undefined ? { index: 'target', value: target } as const : role !== undefined ? { index: 'role', value: role } as const : undefined;
    const { items, more } = await readPage(query, {
      read: async (page) => await context.ports.keys.list(context.tenant, { ...page, ...(filter === undefined ? {} : { filter }) }),
      placeOf: (one) => one.id,
      ...(target === undefined || role === undefined ? {} : { keep: (one: KeyRecord) => one.role === role }),
    });
    return { body: { items: items.map(keyView), ...more } };
  },
  getKey: async (context, { params: { id } }) => {
    const { key, version } = await requireKey(context, id);
    return { body: keyView(key), version };
  },
  revokeKey: async (context, { params: { id } }) => {
    const { key, version } = await requireKey(context, id);
    requireVersion(context, version);
    await revoke(context, key, context.caller.keyId);
    return { body: null };
  },
};

/** A key, and the version of its stream: it was made, and maybe revoked. Its last use is noted beside it and makes no version. */
async function requireKey(context: CallContext, id: string): Promise<{ readonly key: KeyRecord; readonly version: number }> {
  const key = await context.ports.keys.get(context.tenant, id);
  if (key === undefined) throw new Failure('not-found', `there is no key ${id}`);
  const last = await context.ports.events.readLast({ tenant: context.tenant, stream: keyStream(id) });
  return { key, version: last?.version ?? 0 };
}

/** An agent speaks for one target; all other roles are for the whole tenant. */
async function checkTarget(context: CallContext, { role, target }: z.output<typeof apiKeyRequest>): Promise<void> {
  if (role !== 'agent') {
    if (target === undefined) return;
    throw fieldFailure('rule-broken', [{ field: 'target', rule: `must be left out for the role ${role}: only an agent's key is bound to a target`, value: target }]);
  }
  if (target === undefined) throw fieldFailure('rule-broken', [{ field: 'target', rule: 'is required for the role agent' }]);
  if ((await loadResource(context, { kind: 'Target', name: target })) === undefined) throw fieldFailure('unknown-reference', [{ field: 'target', rule: 'must name a target that exists', value: target }]);
}
