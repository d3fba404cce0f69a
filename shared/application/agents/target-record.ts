import * as z from 'zod';

import type { Context } from '#application/context';
import { targetFacts } from '#contracts/adapter';
import { Failure } from '#contracts/errors';

/** Who speaks for a target, and what was last heard of it. */
export const targetRecord = z.strictObject({ instance: z.string(), epoch: z.int().min(1), lastSeenAt: z.iso.datetime(), facts: targetFacts.nullable() });

export type TargetRecord = z.infer<typeof targetRecord>;

/** How often an agent says that it lives. */
export const HEARTBEAT_SECONDS = 10;

/** A target counts as reachable while its last word is not older than three heartbeats: two may be lost. */
export const REACHABLE_SECONDS = 3 * HEARTBEAT_SECONDS;

export async function readTargetRecord(context: Context, target: string): Promise<TargetRecord | undefined> {
  const found = await context.ports.readModels.get(context.tenant, 'targets', target);
  return found === undefined ? undefined : targetRecord.parse(found.document);
}

/**
 * Writes a target's record. The version is the epoch before all else, then the time, so that an older agent's late word never hides
 * a newer one's; of one agent every word counts, also the second within a second, as the first heartbeat after a claim is.
 */
export async function writeTargetRecord(context: Context, target: string, record: TargetRecord): Promise<void> {
  const present = await context.ports.readModels.get(context.tenant, 'targets', target);
  const byTime = record.epoch * EPOCH_SPAN + Math.floor(Date.parse(record.lastSeenAt) / 1000);
  const isSameAgent = present !== undefined && targetRecord.parse(present.document).epoch === record.epoch;
  await context.ports.readModels.put(context.tenant, 'targets', { key: target, version: isSameAgent ? Math.max(byTime, present.version + 1) : byTime, index: {}, document: record });
}

/** Larger than any second of this millennium (32,503,680,000), and small enough for 200,000 epochs within 2^53. */
const EPOCH_SPAN = 40_000_000_000;

/** @throws Failure `claim-superseded` when another agent has claimed the target since. */
export async function requireClaim(context: Context, target: string, claim: { readonly instance: string; readonly epoch: number }): Promise<TargetRecord> {
  const record = await readTargetRecord(context, target);
  if (record === undefined || record.epoch !== claim.epoch || record.instance !== claim.instance) {
    throw new Failure('claim-superseded', { detail: `target ${target} is claimed by another agent`, context: { epoch: record?.epoch ?? 0 } });
  }
  return record;
}

/** Whether a target's agent was heard of lately. */
export function isReachable(record: TargetRecord | undefined, now: string): boolean {
  return record !== undefined && Date.parse(now) - Date.parse(record.lastSeenAt) <= REACHABLE_SECONDS * 1000;
}
