import * as z from 'zod';

import { nextCheckpoints, storedHeads } from '#engine/checkpoints';
import type { Checkpoint, TenantHead } from '#ports/checkpoints';
import type { Clock } from '#ports/clock';

import { eventOfItem, eventPlace } from './event-item.ts';
import { ABSENT, ordered } from './table.ts';
import type { Table } from './table.ts';

/** What follows a tenant in the name of the partition of its checkpoints. */
export const CHECKPOINTS = 'checkpoint';

/**
 * A sweep sees events of the last five minutes again, and is itself some minutes late when it had to be tried again; what was sealed in the last ten need not be sealed a second time. What is older and comes
 * again does no harm.
 */
const SEALED_ALREADY_MILLISECONDS = 600_000;

const item = z.object({ sk: z.string(), at: z.string(), previousSeal: z.string(), heads: z.string(), seal: z.string() });

/** An event whose stream may have moved. */
export type Moved = { readonly tenant: string; readonly stream: string; readonly version: number };

/** What makes checkpoints of the tables. */
export type CheckpointsOptions = { readonly events: Table; readonly state: Table; readonly clock: Pick<Clock, 'now'>; dataKeyOf(tenant: string): Promise<Uint8Array> };

/** Seals these events, but for those that are sealed already. Answers false when somebody else was making checkpoints at the same time: what is missing comes with the next sweep. */
export async function sealMoved(options: CheckpointsOptions, moved: readonly Moved[]): Promise<boolean> {
  const { state, clock, dataKeyOf } = options;
  const fresh: TenantHead[] = [];
  for (const [tenant, places] of Map.groupBy(moved, (one) => one.tenant)) fresh.push(...await headsOf(options, tenant, places));
  const checkpoints = await nextCheckpoints(fresh, { at: new Date(clock.now()).toISOString(), dataKeyOf, lastOf: async (tenant) => await lastOf(state, tenant) });
  for (const { tenant, checkpoint: { number, heads, ...rest } } of checkpoints) {
    if (!(await state.put({ ...rest, pk: partitionOf(tenant), sk: ordered(number), heads: JSON.stringify(heads) }, ABSENT))) return false;
  }
  return true;
}

/** A checkpoint of its item. @throws when it is none */
export function checkpointOf(stored: unknown): Checkpoint {
  const { sk, heads, at, previousSeal, seal } = item.parse(stored);
  return { number: Number(sk), at, previousSeal, heads: storedHeads.parse(JSON.parse(heads)), seal };
}

async function headsOf({ events, state, clock }: CheckpointsOptions, tenant: string, places: readonly Moved[]): Promise<readonly TenantHead[]> {
  const sealed = await sealedLately(state, tenant, clock.now() - SEALED_ALREADY_MILLISECONDS);
  const missing = places.filter(({ stream, version }) => (sealed.get(stream) ?? 0) < version);
  const found = await events.getMany(missing.map(({ stream, version }) => eventPlace({ tenant, stream }, version)));
  return found.map(eventOfItem).map(({ stream, version, hash }) => ({ tenant, stream, version, hash }));
}

/** Up to which version streams were sealed after an instant (milliseconds since 1970). */
async function sealedLately(state: Table, tenant: string, after: number): Promise<ReadonlyMap<string, number>> {
  const sealed = new Map<string, number>();
  for await (const stored of state.each(partitionOf(tenant), { backwards: true })) {
    const { at, heads } = checkpointOf(stored);
    if (Date.parse(at) < after) break;
    for (const { stream, version } of heads) sealed.set(stream, Math.max(version, sealed.get(stream) ?? 0));
  }
  return sealed;
}

async function lastOf(state: Table, tenant: string): Promise<Checkpoint | undefined> {
  const [last] = await state.query(partitionOf(tenant), { backwards: true, limit: 1 });
  return last === undefined ? undefined : checkpointOf(last);
}

function partitionOf(tenant: string): string {
  return `${tenant}#${CHECKPOINTS}`;
}
