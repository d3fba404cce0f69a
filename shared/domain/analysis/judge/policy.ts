import * as z from 'zod';

import { SKETCH_ACCURACY } from '#domain/analysis/latency-sketch';
import { argoPolicy, flaggerPolicy, kayentaPolicy } from '#domain/analysis/judge/compatibility-policy';

const probability = z.number().gt(0).lt(1);
const errorRate = z.number().gt(0).max(0.5);
const ratio = z.number().gt(0).max(1000);
const tolerance = z.number().min(1).max(1000);
const grid = z.array(z.number().gt(1).max(1000)).min(1).max(20);
const levels = z.array(probability).min(1).max(10);

/** The words of all kinds: what a metric is called, what it weighs beside the others, and whether Successful needs it. */
const shared = {
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be a letter or digit, then up to 62 letters, digits, dots, underscores or hyphens'),
  weight: z.number().min(0).max(1_000_000).default(0.5),
  required: z.boolean().default(true),
};

/** Effects that are bet on: FAIL on margin × effect, PASS on margin ÷ effect. */
const grids = { failGrid: grid.default([1.2, 1.5, 2, 3, 5, 10, 25]), passGrid: grid.default([1.2, 1.5, 2, 3, 5]) };

/** The canary's ratio to stable that is tolerated, and the one from which on it must not pass. */
const margins = { failMargin: ratio.default(1.1), passMargin: ratio.default(2) };

/** Requests of which some are bad. `floor`: a share of bad requests that is fine whatever stable has; `null` for none. */
const ratioMetric = z.strictObject({ kind: z.literal('ratio'), ...shared, ...margins, floor: probability.nullable().default(0.001), ...grids });

/** Events over an exposure: restarts over pod-seconds, exceptions over requests. */
const rateMetric = z.strictObject({ kind: z.literal('rate'), ...shared, ...margins, ...grids });

/** Values of which only the mean is judged, best the logarithm of a latency. Differences are in the unit of the values; `tau` is how large a real one may be. */
const meanMetric = z.strictObject({ kind: z.literal('mean'), ...shared, failDelta: z.number().default(0), passDelta: z.number().default(Math.log(1.2)), tau: z.number().gt(0).default(0.2) });

/** Latencies, judged by how many requests are slower than the quantiles of stable. `test: dkw` compares the whole distributions instead. */
const distributionMetric = z.strictObject({
  kind: z.literal('distribution'), ...shared,
  test: z.enum(['exceedance', 'dkw']).default('exceedance'),
  levels: levels.default([0.5, 0.75, 0.9, 0.95, 0.99]),
  sketchAccuracy: z.number().min(0.001).max(0.2).default(SKETCH_ACCURACY),
  failTolerance: tolerance.default(1.04),
  passLevels: levels.default([0.5, 0.95]),
  passTolerance: tolerance.default(1.2),
  ...grids,
});

/** One metric of a policy, by its kind. */
export const judgedMetric = z.discriminatedUnion('kind', [ratioMetric, distributionMetric, rateMetric, meanMetric], { error: (issue) => (issue.code === 'invalid_union' ? 'must be one of ratio, distribution, rate, mean' : undefined) });

const defaultMetrics = [{ kind: 'ratio', name: 'errors' }, { kind: 'distribution', name: 'latency' }] as const;

/**
 * How a canary is judged. `alpha`: the probability of Failed where no metric is worse than its fail margin; `beta`: of Successful where
 * one is worse than its pass margin; both over all looks together. A look is one evaluation; `minBakeSeconds`: Successful is not said
 * earlier; `warmupSeconds`: looks wholly within it give no evidence. `onset`, `capFraction` and a metric's `floor` are turned off by null.
 */
export const judgePolicy = z.strictObject({
  alpha: errorRate.default(0.05),
  beta: errorRate.default(0.05),
  lookSeconds: z.number().gt(0).max(86_400).default(10),
  horizonSeconds: z.number().gt(0).max(31_536_000).default(1800),
  minBakeSeconds: z.number().min(0).max(31_536_000).default(300),
  warmupSeconds: z.number().min(0).max(31_536_000).default(60),
  metrics: z.array(judgedMetric).min(1).max(20).prefault([...defaultMetrics]).superRefine((metrics, context) => {
    for (const [index, { name }] of metrics.entries()) {
      if (metrics.findIndex((one) => one.name === name) < index) context.addIssue({ code: 'custom', path: [index, 'name'], message: `must be unique: ${name} is there already` });
    }
    if (metrics.length > 0 && metrics.every((one) => one.weight === 0)) context.addIssue({ code: 'custom', path: [0, 'weight'], message: 'must be more than 0 in at least one metric' });
  }),
  onset: z.strictObject({ w0: z.number().gt(0).max(1).default(0.5) }).nullable().prefault({}),
  capFraction: z.number().gt(0).max(1).nullable().default(0.5),
  phi: z.number().min(1).max(1000).default(1),
  onInconclusive: z.enum(['hold', 'extend', 'rollback', 'promote']).default('hold'),
  kayenta: kayentaPolicy.prefault({}),
  argo: argoPolicy.prefault({}),
  flagger: flaggerPolicy.prefault({}),
});

export type JudgePolicy = z.infer<typeof judgePolicy>;
export type JudgedMetric = z.infer<typeof judgedMetric>;
export type RatioMetric = z.infer<typeof ratioMetric>;
export type RateMetric = z.infer<typeof rateMetric>;
export type MeanMetric = z.infer<typeof meanMetric>;
export type DistributionMetric = z.infer<typeof distributionMetric>;
