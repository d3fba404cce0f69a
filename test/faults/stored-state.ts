import { deepEqual } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { auditPlace } from '#admin/audit';
import { backUpFolder } from '#admin/backup-folder';
import { contextOn } from '#admin/installation';
import type { Context } from '#application/context';
import { everyDocument } from '#application/every-document';
import { PROJECTED_MODELS } from '#application/projector';
import type { EventEnvelope } from '#contracts/events';
import { openStandalonePorts } from '#standalone/open-ports';
import type { StandalonePorts } from '#standalone/open-ports';
import { rebuildDataFolder } from '#standalone/runtime/rebuild';

import { until } from '../end-to-end/until.ts';

/** What a data folder holds: the events of each tenant's feed, in its order. */
export type StoredState = { readonly events: ReadonlyMap<string, readonly EventEnvelope[]> };

/** How many events are read at a time. */
const PAGE = 500;

/**
 * Checks a data folder, also while it is served: an audit finds nothing, and the read models, once the relay has had all events, are equal to those that are made anew of the events. Works on a copy that is made as
 * `sluice backup` makes it. Answers what the copy holds.
 */
export async function expectSound(dataFolder: string, tenants: readonly string[]): Promise<StoredState> {
  deepEqual((await auditPlace({ dataFolder })).findings, []);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-sound-'));
  try {
    const copy = await relayedCopy(dataFolder, folder);
    const before = await inside(copy, async (context) => await documentsOf(context, tenants));
    await rebuildDataFolder({ dataFolder: copy });
    deepEqual(before, await inside(copy, async (context) => await documentsOf(context, tenants)));
    return await inside(copy, async (context) => ({ events: new Map(await Promise.all(tenants.map(async (tenant) => [tenant, await feedOf(context, tenant)] as const))) }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Copies again and again until the copy has no event that was not relayed: read models lag by that much. */
async function relayedCopy(dataFolder: string, folder: string): Promise<string> {
  let number = 0;
  return await until('the relay has had all events', async () => {
    number += 1;
    const copy = join(folder, `${number}`);
    await backUpFolder({ from: dataFolder, to: copy }, { withMasterKey: true });
    const { unrelayedEvents } = await inside(copy, async (_context, { database }) => await database.run('countDeliveries', null));
    return unrelayedEvents === 0 ? copy : undefined;
  });
}

async function inside<Answer>(dataFolder: string, look: (context: Context, opened: StandalonePorts) => Promise<Answer>): Promise<Answer> {
  const opened = await openStandalonePorts({ dataFolder });
  try {
    return await look(contextOn(opened.ports), opened);
  } finally {
    await opened.close();
  }
}

async function documentsOf(context: Context, tenants: readonly string[]): Promise<{ readonly [model: string]: readonly unknown[] }> {
  const models: Record<string, unknown[]> = {};
  for (const tenant of tenants) {
    for (const model of PROJECTED_MODELS) {
      const found: unknown[] = [];
      for await (const document of everyDocument({ ...context, tenant }, model)) found.push(document);
      models[`${tenant} ${model}`] = found;
    }
  }
  return models;
}

async function feedOf({ ports }: Context, tenant: string): Promise<readonly EventEnvelope[]> {
  const events: EventEnvelope[] = [];
  let after: string | undefined;
  do {
    const page = await ports.events.readFeed(tenant, after, PAGE);
    events.push(...page);
    after = page.at(-1)?.cursor;
  } while (after !== undefined);
  return events;
}
