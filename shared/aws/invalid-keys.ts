import { isValid } from '#engine/key-rules';
import type { Clock } from '#ports/clock';
import type { Keys } from '#ports/keys';

import type { GatewayConnections } from './connections.ts';
import { eachOf } from './each-of.ts';

/** What knows the open connections, and their keys. */
export type KeysInUse = { readonly connections: Pick<GatewayConnections, 'keysInUse' | 'closeKey'>; readonly keys: Pick<Keys, 'get'>; readonly clock: Pick<Clock, 'now'> };

/**
 * Ends the connections whose key has expired, or was revoked by a call that did not come to close them. Costs each tenant a query, and a read for each
 * key that has a connection open. Answers what went wrong; that holds up no other tenant.
 */
export async function closeInvalidKeys({ connections, keys, clock }: KeysInUse, tenants: readonly string[]): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  await eachOf(tenants, async (tenant) => {
    try {
      for (const id of await connections.keysInUse(tenant)) {
        const key = await keys.get(tenant, id);
        if (key === undefined || !isValid(key, new Date(clock.now()).toISOString())) await connections.closeKey(tenant, id);
      }
    } catch (error) {
      errors.push(error);
    }
  });
  return errors;
}
