import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { createHandlers } from '#application/create-handlers';
import { createMetrics } from '#application/http/metrics';
import { serviceOperations } from '#application/http/service-operations';
import { rebuildAll } from '#application/rebuild';
import { Failure } from '#contracts/errors';
import { systemClock } from '#engine/system-clock';

import { version } from '../../shared/version.ts';
import { OpenConnections } from '../connections.ts';
import { DATABASE_FILE } from '../data-file.ts';
import { ENGINE_TENANT, openEngine } from '../engine.ts';
import { MemoryTickets } from '../tickets.ts';

/** Which data folder, and its master key where that is kept elsewhere. */
export type RebuildOptions = { readonly dataFolder: string; readonly masterKeyFile?: string };

/**
 * Makes the read models of a stopped data folder anew from its events, and answers of how many streams. The engine is opened and not started:
 * nothing is relayed, no timer fires and no machine runs. When it ends half-way, the lists are incomplete until it is done again.
 * @throws Failure `not-found` for a folder without data, which is not made; `conflict` while a process uses it; else as opening it does
 */
export async function rebuildDataFolder({ dataFolder, masterKeyFile }: RebuildOptions): Promise<number> {
  if (!existsSync(join(dataFolder, DATABASE_FILE))) throw new Failure('not-found', `${resolve(dataFolder)} holds no data of Sluice: there is no ${DATABASE_FILE} in it`);
  const service = serviceOperations({ version, tickets: new MemoryTickets(systemClock), metrics: createMetrics(), readiness: {} });
  const engine = await openEngine({
    dataFolder, connections: new OpenConnections(), handlers: () => createHandlers(service), onTrouble: () => undefined,
    ...(masterKeyFile === undefined ? {} : { masterKeyFile }),
  });
  try {
    return await rebuildAll(engine.contextOf(ENGINE_TENANT));
  } finally {
    await engine.close();
  }
}
