import { join } from 'node:path';

import { MemoryPermits } from '#engine/memory-permits';
import { systemClock } from '#engine/system-clock';
import { SystemIds } from '#engine/system-ids';
import { Vault } from '#engine/vault';
import type { Clock, Ids } from '#ports/clock';
import type { Ports } from '#ports/ports';

import { FolderBlobs } from './blobs.ts';
import { SqliteBus } from './bus.ts';
import { Database } from './database.ts';
import type { StartThread } from './database-messages.ts';
import { SqliteEventStore } from './event-store.ts';
import { SqliteIdempotency } from './idempotency.ts';
import { SqliteKeys } from './keys.ts';
import { SqliteLeases } from './lease.ts';
import { MASTER_KEY_FILE, readMasterKey } from './master-key.ts';
import { SqliteReadModels } from './read-model.ts';
import { SqliteSamples } from './samples.ts';
import { sealedKeysIn } from './sealed-keys.ts';
import { SqliteSecrets } from './secrets.ts';
import { Signal } from './signal.ts';
import { SqliteTimers } from './timer.ts';

/** What the ports are opened with. Without a key file the master key is `master.key` in the data folder, made at the first start. */
export type OpenPortsOptions = { readonly dataFolder: string; readonly masterKeyFile?: string; readonly clock?: Clock; readonly ids?: Ids; readonly startThread?: StartThread };

/** What the ports tell each other, in this process only. */
export type PortSignals = {
  /** Events were appended; listeners hear the tenant. For the relay, and for whoever follows a feed. */
  readonly appended: Signal;
  /** Deliveries wait. For the relay. */
  readonly delivered: Signal;
  /** A timer was set or cancelled. For the scheduler. */
  readonly timersChanged: Signal;
};

/** All ports that the data folder serves, and what the rest of the engine is built on. */
export type StandalonePorts = {
  readonly ports: Omit<Ports, 'workflow' | 'connections'>;
  readonly database: Database;
  readonly signals: PortSignals;
  /** What seals, for what is sealed beside the ports. */
  readonly vault: Vault;
  /** Finishes what was asked for and closes the file. Stop the relay and the scheduler first. */
  close(): Promise<void>;
};

/**
 * Opens a data folder, making it if it is missing, for this process alone.
 * @throws Failure `conflict` when another process uses it, its file is newer or not ours, or the master key is missing or another one;
 * `rule-broken` when the key file holds no key.
 */
export async function openStandalonePorts(options: OpenPortsOptions): Promise<StandalonePorts> {
  const { dataFolder, clock = systemClock, ids = new SystemIds() } = options;
  const database = await Database.open(dataFolder, options.startThread);
  try {
    const vault = await openVault(database, options);
    await database.run('loseRequests', null);
    const signals: PortSignals = { appended: new Signal(), delivered: new Signal(), timersChanged: new Signal() };
    return {
      ports: {
        events: new SqliteEventStore(database, signals.appended),
        readModels: new SqliteReadModels(database, clock),
        leases: new SqliteLeases(database),
        bus: new SqliteBus({ database, delivered: signals.delivered, clock, ids }),
        timers: new SqliteTimers(database, signals.timersChanged),
        blobs: await FolderBlobs.open(join(dataFolder, 'blobs')),
        secrets: new SqliteSecrets(database, vault),
        samples: new SqliteSamples(database),
        keys: new SqliteKeys(database),
        idempotency: new SqliteIdempotency(database, vault),
        permits: new MemoryPermits(clock),
        clock,
        ids,
      },
      database,
      signals,
      vault,
      close: () => database.close(),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** A key is made only in the data folder itself and only before anything was sealed: a lost key is never replaced by another in silence. */
async function openVault(database: Database, { dataFolder, masterKeyFile }: OpenPortsOptions): Promise<Vault> {
  const hasSealed = (await database.run('readMasterKeyProof', null)) !== undefined;
  const file = masterKeyFile ?? join(dataFolder, MASTER_KEY_FILE);
  return Vault.open(sealedKeysIn(database), await readMasterKey(file, masterKeyFile === undefined && !hasSealed));
}
