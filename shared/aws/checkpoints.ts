import * as z from 'zod';

import { nextCheckpoints, storedHeads } from '#engine/checkpoints';
import type { Checkpoint, TenantCheckpoint, TenantHead } from '#ports/checkpoints';
import type { Clock } from '#ports/clock';
import type { ReadModels } from '#ports/read-model';

import { eachOf } from './each-of.ts';
import { eventOfItem, eventPlace } from './event-item.ts';
import { ABSENT, chunks, ordered } from './table.ts';
import type { Table } from './table.ts';

/** What follows a tenant in the name of the partition of its checkpoints. */
export const CHECKPOINTS = 'checkpoint';

/**
 * A sweep sees events of the last five minutes again, and is itself some minutes late when it had to be tried again; what was sealed in the last ten need not be sealed a second time. What is older and comes
 * again does no harm.
 */
const SEALED_ALREADY_MILLISECONDS = 600_000;

/**
 * How many tenants are sealed before the operator's checkpoint that names theirs, and how long this goes on. A tenant takes five calls of some 8 ms, 20 tenants at once: a hundred some 0.2 s, and 15 s are
 * seven thousand tenants. With what the sweep does beside it (40 s for comparisons) it stays near its minute.
 */
const TENANTS_PER_ROUND = 100;
const SEALING_MILLISECONDS = 15_000;

/** Where it stands with which tenant the next sweep begins, because this one had no time for it. The events of five minutes come again, so five sweeps may share them. */
const PROGRESS = { tenant: 'operator', key: 'checkpoints' } as const;
const progress = z.strictObject({ next: z.string() });

const item = z.object({ sk: z.string(), at: z.string(), previousSeal: z.string(), heads: z.string(), seal: z.string() });

/** An event whose stream may have moved. */
export type Moved = { readonly tenant: string; readonly stream: string; readonly version: number };

/** What makes checkpoints of the tables. */
export type CheckpointsOptions = {
  readonly events: Table; readonly state: Table; readonly clock: Pick<Clock, 'now'>; readonly readModels: Pick<ReadModels, 'get' | 'put' | 'erase'>;
  dataKeyOf(tenant: string): Promise<Uint8Array>;
};

/**
 * Seals these events, but for those that are sealed already: tenants in turn, many at once, as long as there is time. Those who are left are first in the next call. Answers false when somebody else was making
 * checkpoints at the same time: what is missing comes with the next sweep.
 */
export async function sealMoved(options: CheckpointsOptions, moved: readonly Moved[]): Promise<boolean> {
  const { clock, readModels } = options;
  const until = clock.now() + SEALING_MILLISECONDS;
  const byTenant = Map.groupBy(moved, ({ tenant }) => tenant);
  // Where one round is enough nobody is ever left: what is read here is paid for each minute.
  const kept = byTenant.size > TENANTS_PER_ROUND ? await readModels.get(PROGRESS.tenant, 'sweep', PROGRESS.key) : undefined;
  const rounds = chunks(inTurn([...byTenant.keys()], kept === undefined ? undefined : progress.parse(kept.document).next), TENANTS_PER_ROUND);
  let next: string | undefined;
  for (const tenants of rounds) {
    if (tenants !== rounds[0] && clock.now() >= until) {
      next = tenants[0];
      break;
    }
    if (!(await sealTenants(options, tenants, byTenant))) return false;
  }
  if (next !== undefined) await readModels.put(PROGRESS.tenant, 'sweep', { key: PROGRESS.key, version: clock.now(), index: {}, document: { next } satisfies z.input<typeof progress> });
  else if (kept !== undefined) await readModels.erase(PROGRESS.tenant, 'sweep', PROGRESS.key);
  return true;
}

/** A checkpoint of its item. @throws when it is none */
export function checkpointOf(stored: unknown): Checkpoint {
  const { sk, heads, at, previousSeal, seal } = item.parse(stored);
  return { number: Number(sk), at, previousSeal, heads: storedHeads.parse(JSON.parse(heads)), seal };
}

/** All tenants, each once, beginning with the one whose turn it is. */
function inTurn(tenants: readonly string[], next: string | undefined): readonly string[] {
  const inOrder = tenants.toSorted();
  const first = next === undefined ? 0 : Math.max(0, inOrder.findIndex((tenant) => tenant >= next));
  return [...inOrder.slice(first), ...inOrder.slice(0, first)];
}

/** Makes the checkpoints of some tenants, and after them the operator's that names theirs. */
async function sealTenants(options: CheckpointsOptions, tenants: readonly string[], moved: ReadonlyMap<string, readonly Moved[]>): Promise<boolean> {
  const { state, clock, dataKeyOf } = options;
  const fresh: TenantHead[] = [];
  const known = new Map<string, { readonly last: Checkpoint | undefined; readonly dataKey: Uint8Array }>();
  const learn = async (tenant: string) => {
    const found = { last: await lastOf(state, tenant), dataKey: await dataKeyOf(tenant) };
    known.set(tenant, found);
    return found;
  };
  await eachOf(tenants, async (tenant) => {
    const heads = await headsOf(options, tenant, moved.get(tenant) ?? []);
    if (heads.length > 0) await learn(tenant);
    fresh.push(...heads);
  });
  const checkpoints = await nextCheckpoints(fresh, {
    at: new Date(clock.now()).toISOString(),
    dataKeyOf: async (tenant) => (known.get(tenant) ?? (await learn(tenant))).dataKey, lastOf: async (tenant) => (known.get(tenant) ?? (await learn(tenant))).last,
  });
  let isAlone = true;
  const store = async (made: readonly TenantCheckpoint[]) => {
    for (const { tenant, checkpoint: { number, heads, ...rest } } of made) {
      if (!isAlone) return;
      if (!(await state.put({ ...rest, pk: partitionOf(tenant), sk: ordered(number), heads: JSON.stringify(heads) }, ABSENT))) isAlone = false;
    }
  };
  const byTenant = Map.groupBy(checkpoints, ({ tenant }) => tenant);
  await eachOf([...byTenant].filter(([tenant]) => tenant !== PROGRESS.tenant), async ([, made]) => await store(made));
  await store(byTenant.get(PROGRESS.tenant) ?? []);
  return isAlone;
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
