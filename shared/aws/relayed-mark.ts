import type { StreamId } from '#ports/event-store';

import type { Place, Table } from './table.ts';

/** What follows a tenant in the name of the partition of these marks. */
export const RELAYED = 'relayed';

/** Where it stands how far a stream was relayed. */
export function relayedPlace({ tenant, stream }: StreamId): Place {
  return { pk: `${tenant}#${RELAYED}`, sk: stream };
}

/** Marks a stream as relayed up to a version. A mark never goes back. */
export async function markRelayed(state: Table, { version, ...stream }: StreamId & { readonly version: number }): Promise<void> {
  await state.put({ ...relayedPlace(stream), version }, { expression: 'attribute_not_exists(pk) OR #version < :version', names: { '#version': 'version' }, values: { ':version': version } });
}
