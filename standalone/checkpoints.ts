import { nextCheckpoints } from '#engine/checkpoints';
import type { Vault } from '#engine/vault';
import type { Clock } from '#ports/clock';

import type { Database } from './database.ts';

/** The events of one round: only places and hashes, some 200 bytes each, so that a round takes a megabyte. */
const EVENTS_PER_ROUND = 5000;

/** A minute brings some thousands of events at the most; more are there only after an upgrade or an import, and the next call goes on with them. */
const MAXIMUM_ROUNDS = 20;

/** What makes checkpoints. */
export type CheckpointsOptions = { readonly database: Database; readonly vault: Vault; readonly clock: Clock };

/** Makes checkpoints of all events that are in none. @throws Failure `version-conflict` when somebody else does so at the same time */
export async function makeCheckpoints({ database, vault, clock }: CheckpointsOptions): Promise<void> {
  for (let round = 0; round < MAXIMUM_ROUNDS; round += 1) {
    const { from, to, heads } = await database.run('readMoved', { limit: EVENTS_PER_ROUND });
    if (heads.length === 0) return;
    const checkpoints = await nextCheckpoints(heads, {
      at: new Date(clock.now()).toISOString(),
      lastOf: async (tenant) => await database.run('lastCheckpoint', { tenant }),
      dataKeyOf: async (tenant) => await vault.dataKey(tenant),
    });
    await database.run('addCheckpoints', { from, to, checkpoints });
  }
}
