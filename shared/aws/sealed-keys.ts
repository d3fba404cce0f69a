import * as z from 'zod';

import type { SealedKeys } from '#engine/vault';

import { ABSENT } from './table.ts';
import type { Place, Table } from './table.ts';

const kept = z.object({ sealed: z.instanceof(Uint8Array) });
const PROOF: Place = { pk: '#master-key', sk: '-' };

/** The sealed keys in the table: each is written once. */
export function sealedKeysIn(state: Table): SealedKeys {
  const read = async (place: Place) => {
    const found = await state.get(place);
    return found === undefined ? undefined : kept.parse(found).sealed;
  };
  const store = async (place: Place, sealed: Uint8Array) => {
    await state.put({ ...place, sealed }, ABSENT);
    return (await read(place)) ?? sealed;
  };
  return {
    readProof: async () => await read(PROOF),
    storeProof: async (sealed) => await store(PROOF, sealed),
    readDataKey: async (tenant) => await read(dataKeyPlace(tenant)),
    storeDataKey: async (tenant, sealed) => await store(dataKeyPlace(tenant), sealed),
  };
}

function dataKeyPlace(tenant: string): Place {
  return { pk: `${tenant}#data-key`, sk: '-' };
}
