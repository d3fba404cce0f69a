import { logGamma as bucketWidth } from '#domain/analysis/judge/latency-counts';
import type { JudgeLook } from '#domain/analysis/judge/judgement';

import type { Random } from './random.ts';

/** What happens in one look. Rates are shares of requests, factors apply to the canary. */
export type Conditions = {
  readonly requestsPerSecond: number;
  readonly canaryShare: number;
  readonly stableErrors: number;
  readonly canaryErrors: number;
  /** The variance of each arm's errors over their mean, as of a bad pod or of clients that retry. */
  readonly armBursts?: number;
  /** The same for errors of both arms together, which are then split per request. */
  readonly sharedBursts?: number;
  /** The median of a lognormal latency in seconds, and the canary's as a multiple. */
  readonly latency?: { readonly median: number; readonly factor: number };
};

/** Looks of ten seconds, as in all simulations. */
export const LOOK_SECONDS = 10;

/** The spread of ln latency. */
const SIGMA = 0.6;
const WIDTH = bucketWidth(0.01);

/** Draws one look. */
export function drawLook(random: Random, conditions: Conditions): JudgeLook {
  const { latency } = conditions;
  const errors = drawErrors(random, conditions);
  if (latency === undefined) return { metrics: { errors } };
  return {
    metrics: {
      errors,
      latency: { kind: 'latency', bounds: null, canary: drawLatencies(random, errors.canary.total, latency.median * latency.factor), stable: drawLatencies(random, errors.stable.total, latency.median) },
    },
  };
}

function drawErrors(random: Random, { requestsPerSecond, canaryShare, stableErrors, canaryErrors, armBursts = 1, sharedBursts = 1 }: Conditions) {
  const all = requestsPerSecond * LOOK_SECONDS;
  const arm = (share: number, errors: number) => ({ bad: random.bursts(all * share * errors, armBursts), good: random.poisson(all * share * (1 - errors)) });
  const [canary, stable] = [arm(canaryShare, canaryErrors), arm(1 - canaryShare, stableErrors)];
  if (sharedBursts > 1) {
    const bad = random.bursts(all * stableErrors, sharedBursts);
    const onCanary = random.binomial(bad, canaryShare);
    return { kind: 'counts', canary: { total: canary.good + onCanary, bad: onCanary }, stable: { total: stable.good + bad - onCanary, bad: bad - onCanary } } as const;
  }
  return { kind: 'counts', canary: { total: canary.good + canary.bad, bad: canary.bad }, stable: { total: stable.good + stable.bad, bad: stable.bad } } as const;
}

/** Straight into buckets: the logarithm of a lognormal value is normal. */
function drawLatencies(random: Random, count: number, median: number) {
  const counts = new Map<number, number>();
  for (let one = 0; one < count; one += 1) {
    const bucket = Math.ceil((Math.log(median) + SIGMA * random.normal()) / WIDTH);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  return { zeros: 0, buckets: [...counts].toSorted(([one], [other]) => one - other) };
}
