import { createHmac } from 'node:crypto';

import * as z from 'zod';

import { canonicalJson } from '#contracts/canonical-json';
import type { Checkpoint, Head, TenantCheckpoint, TenantHead } from '#ports/checkpoints';

/** What stands for the seal before a tenant's first checkpoint. */
export const FIRST_PREVIOUS_SEAL = '0'.repeat(64);

/** The most heads of one checkpoint: 1000 × some 200 bytes are 200 kB, half of what an item of DynamoDB may have. */
const MAXIMUM_HEADS = 1000;

/** The tenant whose checkpoints also name the newest checkpoint of every other, so that nobody can cut off a tenant's last ones unnoticed. */
export const OPERATOR = 'operator';

/** As what a tenant's checkpoints are named among the operator's heads; no stream begins so. */
const CHECKPOINTS = 'checkpoints/';

/** Heads as they are stored, as JSON. */
export const storedHeads = z.array(z.strictObject({ stream: z.string(), version: z.int().min(1), hash: z.string() }));

/** What is needed to make the next checkpoints; `at` is ISO 8601 UTC. */
export type Making = {
  readonly at: string;
  lastOf(tenant: string): Promise<Checkpoint | undefined>;
  /** A tenant's data key, 32 bytes. */
  dataKeyOf(tenant: string): Promise<Uint8Array>;
};

/** The seal of a checkpoint. The key is derived from the data key for this purpose alone, so that nothing that is sealed with the data key itself can be passed off as a seal. */
export function sealOf(dataKey: Uint8Array, tenant: string, { number, at, previousSeal, heads }: Omit<Checkpoint, 'seal'>): string {
  const key = createHmac('sha256', dataKey).update('checkpoint').digest();
  return createHmac('sha256', key).update(canonicalJson({ tenant, number, at, previousSeal, heads })).digest('hex');
}

/** The tenant whose checkpoint a head of the operator's names; `undefined` for the head of a stream. */
export function checkpointedTenant(tenant: string, { stream }: Head): string | undefined {
  return tenant === OPERATOR && stream.startsWith(CHECKPOINTS) ? stream.slice(CHECKPOINTS.length) : undefined;
}

/**
 * The checkpoints that come next when these streams have moved, in the order in which they are to be stored: the operator's last, as it names the newest of the others. Of several
 * heads of a stream the newest counts; the same head may be sealed twice. Nothing moved makes none.
 */
export async function nextCheckpoints(moved: readonly TenantHead[], making: Making): Promise<readonly TenantCheckpoint[]> {
  const byTenant = Map.groupBy(moved, ({ tenant }) => tenant);
  const made: TenantCheckpoint[] = [];
  for (const [tenant, heads] of byTenant) {
    if (tenant !== OPERATOR) made.push(...await checkpointsOf(tenant, newestOfEach(heads), making));
  }
  const others = [...Map.groupBy(made, ({ tenant }) => tenant).values()].flatMap((all) => all.slice(-1)).map(({ tenant, checkpoint }): Head => ({ stream: `${CHECKPOINTS}${tenant}`, version: checkpoint.number, hash: checkpoint.seal }));
  return [...made, ...await checkpointsOf(OPERATOR, [...newestOfEach(byTenant.get(OPERATOR) ?? []), ...others], making)];
}

async function checkpointsOf(tenant: string, heads: readonly Head[], { at, lastOf, dataKeyOf }: Making): Promise<readonly TenantCheckpoint[]> {
  if (heads.length === 0) return [];
  const dataKey = await dataKeyOf(tenant);
  let last = await lastOf(tenant);
  const made: TenantCheckpoint[] = [];
  for (let from = 0; from < heads.length; from += MAXIMUM_HEADS) {
    const unsealed = { number: (last?.number ?? 0) + 1, at, previousSeal: last?.seal ?? FIRST_PREVIOUS_SEAL, heads: heads.slice(from, from + MAXIMUM_HEADS) };
    last = { ...unsealed, seal: sealOf(dataKey, tenant, unsealed) };
    made.push({ tenant, checkpoint: last });
  }
  return made;
}

function newestOfEach(heads: readonly TenantHead[]): readonly Head[] {
  const newest = new Map<string, Head>();
  for (const { stream, version, hash } of heads) {
    if ((newest.get(stream)?.version ?? 0) < version) newest.set(stream, { stream, version, hash });
  }
  return [...newest.values()];
}
