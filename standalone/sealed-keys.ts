import type { SealedKeys } from '#engine/vault';

import type { Database } from './database.ts';

/** The sealed keys in the database. */
export function sealedKeysIn(database: Database): SealedKeys {
  return {
    readProof: async () => await database.run('readMasterKeyProof', null),
    storeProof: async (proof) => await database.run('storeMasterKeyProof', { proof }),
    readDataKey: async (tenant) => await database.run('readDataKey', { tenant }),
    storeDataKey: async (tenant, sealed) => await database.run('storeDataKey', { tenant, sealed }),
  };
}
