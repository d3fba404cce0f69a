import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { replicaLimits } from '#domain/planning/amount';
import type { CanaryStatus } from '#domain/planning/replica-counts';
import { nextReplicaCounts, weightedReplicaCounts } from '#domain/planning/replica-counts';
import type { CanaryScale } from '#domain/planning/routed-replica-counts';
import { routedReplicaCounts } from '#domain/planning/routed-replica-counts';
import { hasShared, readShared } from '#test/shared-data';

const WEIGHTED = 'conformance/argo_approx_weighted_counts.json';
const CANARY = 'conformance/argo_canary_replica_counts.json';

describe.runIf(hasShared(WEIGHTED))("Argo's table of counts by weight", () => {
  const row = z.strictObject({
    replicas: z.int(), weight: z.int(), maxWeight: z.int(), maxSurge: z.int(), expCanary: z.int(), expStable: z.int(),
  });
  const rows = hasShared(WEIGHTED) ? readShared(WEIGHTED, z.array(row)) : [];

  test.each(rows)('$replicas replicas at $weight of $maxWeight with surge $maxSurge', ({ maxSurge, expCanary, expStable, ...input }) => {
    expect(weightedReplicaCounts({ ...input, surge: maxSurge })).toEqual({ canary: expCanary, stable: expStable });
  });
});

/** A count in Argo's table; two of them carry the comment that stood beside them. */
const count = z.union([z.int(), z.string().transform((text) => Number.parseInt(text, 10))]);
const canaryRow = z.strictObject({
  name: z.string(), rolloutSpecReplicas: z.int(), setWeight: z.int().default(0),
  maxSurge: z.union([z.int(), z.string()]).default(0), maxUnavailable: z.union([z.int(), z.string()]).default(0),
  stableSpecReplica: z.int(), stableAvailableReplica: z.int(),
  canarySpecReplica: z.int().default(0), canaryAvailableReplica: z.int().default(0),
  expectedStableReplicaCount: count, expectedCanaryReplicaCount: count,
  olderRS: z.string().optional().transform((text) => Number(/"older", (\d+)/.exec(text ?? '')?.[1] ?? 0)),
  trafficRouting: z.string().default('nil').transform((text) => text !== 'nil'),
  setCanaryScale: z.string().optional().transform(scaleOf),
  promoteFull: z.literal('true').optional(), statusAbort: z.literal('true').optional(),
  abortScaleDownDelaySeconds: z.int().optional(), minPodsPerReplicaSet: z.int().optional(),
});

function scaleOf(text: string | undefined): CanaryScale | undefined {
  const [, replicas, weight, matches] = /newSetCanaryScale\((.+), (.+), (true|false)\)/.exec(text ?? '') ?? [];
  const numberOf = (pointer: string | undefined) => Number(/intPnt\((\d+)\)/.exec(pointer ?? '')?.[1] ?? Number.NaN);
  if (matches === 'true') return { kind: 'matchTrafficWeight' };
  if (Number.isFinite(numberOf(replicas))) return { kind: 'replicas', replicas: numberOf(replicas) };
  return Number.isFinite(numberOf(weight)) ? { kind: 'weight', weight: numberOf(weight) } : undefined;
}

function countsOf(row: z.infer<typeof canaryRow>) {
  const request = { replicas: row.rolloutSpecReplicas, weight: row.setWeight, maxWeight: 100, promoteFull: row.promoteFull === 'true', aborted: row.statusAbort === 'true' };
  if (row.trafficRouting) {
    return routedReplicaCounts({ ...request, scale: row.setCanaryScale, abortScaleDownDelaySeconds: row.abortScaleDownDelaySeconds, minimumPerSide: row.minPodsPerReplicaSet });
  }
  return nextReplicaCounts({
    ...request, weight: request.promoteFull ? 100 : row.setWeight, maxSurge: row.maxSurge, maxUnavailable: row.maxUnavailable,
    canary: { desired: row.canarySpecReplica, available: row.canaryAvailableReplica },
    stable: { desired: row.stableSpecReplica, available: row.stableAvailableReplica }, olderReplicas: row.olderRS,
  });
}

describe.runIf(hasShared(CANARY))("Argo's table of the next counts of a canary", () => {
  const rows = hasShared(CANARY) ? readShared(CANARY, z.array(canaryRow)) : [];

  test.each(rows)('$name', (row) => {
    expect(countsOf(row)).toEqual({ canary: row.expectedCanaryReplicaCount, stable: row.expectedStableReplicaCount });
  });

  test('has all its rows', () => {
    expect(rows).toHaveLength(39);
  });
});

describe('counts by weight', () => {
  test('keep both sides alive between the ends, and never exceed n + 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 1, max: 99 }), fc.integer({ min: 0, max: 3 }), (replicas, weight, surge) => {
        const { canary, stable } = weightedReplicaCounts({ replicas, weight, maxWeight: 100, surge });
        expect(canary).toBeGreaterThan(0);
        expect(stable).toBeGreaterThan(0);
        expect(canary + stable - replicas).toBeGreaterThanOrEqual(0);
        expect(canary + stable - replicas).toBeLessThanOrEqual(Math.min(1, surge));
      }),
    );
  });
});

describe('next counts, asked for again and again while instances become ready', () => {
  const scenario = fc.record({
    replicas: fc.integer({ min: 1, max: 20 }), weights: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 4 }),
    maxSurge: fc.integer({ min: 0, max: 5 }), maxUnavailable: fc.integer({ min: 0, max: 5 }),
  });

  test('never break maxSurge or maxUnavailable and end at the counts of each weight', () => {
    fc.assert(
      fc.property(scenario, ({ replicas, weights, maxSurge, maxUnavailable }) => {
        const limits = replicaLimits(replicas, { maxSurge, maxUnavailable });
        let counts = { canary: 0, stable: replicas };
        for (const weight of weights) {
          for (let round = 0; round < 4 * replicas + 4; round++) {
            const status: CanaryStatus = {
              replicas, weight, maxWeight: 100, maxSurge, maxUnavailable, olderReplicas: 0,
              canary: { desired: counts.canary, available: counts.canary }, stable: { desired: counts.stable, available: counts.stable },
            };
            const next = nextReplicaCounts(status);
            const ready = Math.min(counts.canary, next.canary) + Math.min(counts.stable, next.stable);
            expect(ready).toBeGreaterThanOrEqual(replicas - limits.unavailable);
            expect(next.canary + next.stable).toBeLessThanOrEqual(replicas + limits.surge);
            counts = next;
          }
          expect(counts).toEqual(weightedReplicaCounts({ replicas, weight, maxWeight: 100, surge: limits.surge }));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('give all instances to the new side where nothing else serves', () => {
    const status = { replicas: 4, weight: 10, maxWeight: 100, maxSurge: 1, maxUnavailable: 0, olderReplicas: 0 };
    expect(nextReplicaCounts({ ...status, canary: { desired: 0, available: 0 } })).toEqual({ canary: 4, stable: 0 });
    expect(nextReplicaCounts({ ...status, canary: { desired: 6, available: 6 } })).toEqual({ canary: 4, stable: 0 });
  });
});

describe('counts behind a router', () => {
  const at = { replicas: 10, weight: 30, maxWeight: 100 };

  test('round the new side up and leave the stable one whole', () => {
    expect(routedReplicaCounts({ ...at, weight: 1 })).toEqual({ canary: 1, stable: 10 });
    expect(routedReplicaCounts({ ...at, replicas: 3, weight: 34 })).toEqual({ canary: 2, stable: 3 });
    expect(routedReplicaCounts({ ...at, weight: 0, minimumPerSide: 2 })).toEqual({ canary: 0, stable: 10 });
  });

  test('follow the traffic on both sides where the stable side is dynamic', () => {
    expect(routedReplicaCounts({ ...at, dynamicStable: {} })).toEqual({ canary: 3, stable: 7 });
    expect(routedReplicaCounts({ ...at, dynamicStable: { actual: { canaryWeight: 10, stableWeight: 90 } } })).toEqual({ canary: 3, stable: 9 });
    expect(routedReplicaCounts({ ...at, weight: 100, dynamicStable: {}, minimumPerSide: 2 })).toEqual({ canary: 10, stable: 0 });
  });

  test('hold the new side on an abort until its traffic has returned', () => {
    const aborted = { ...at, weight: 50, aborted: true };
    expect(routedReplicaCounts({ ...aborted, dynamicStable: { actual: { canaryWeight: 50, stableWeight: 50 } } })).toEqual({ canary: 5, stable: 10 });
    expect(routedReplicaCounts({ ...aborted, dynamicStable: { actual: { canaryWeight: 0, stableWeight: 100 } } })).toEqual({ canary: 0, stable: 10 });
  });
});
