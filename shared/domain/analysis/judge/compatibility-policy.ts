import * as z from 'zod';

const comparison = z.strictObject({ op: z.enum(['<', '<=', '>', '>=']), value: z.number() });
const limit = z.int().min(0).max(10_000);
const seconds = z.number().gt(0).max(86_400);
const level = z.number().gt(0).lt(1);

/** How Kayenta is told to judge one metric; the names are those of its canary config, under `analysisConfigurations.canary`. */
const kayentaMetric = z.strictObject({
  direction: z.enum(['increase', 'decrease', 'either']).default('increase'),
  nanStrategy: z.enum(['remove', 'replace']).default('remove'),
  critical: z.boolean().default(false),
  mustHaveData: z.boolean().default(false),
  muted: z.boolean().default(false),
  outliers: z.strictObject({ strategy: z.enum(['keep', 'remove']).default('keep'), outlierFactor: z.number().gt(0).default(3) }).prefault({}),
  effectSize: z.strictObject({
    measure: z.enum(['meanRatio', 'cles']).default('meanRatio'),
    allowedIncrease: z.number().optional(), allowedDecrease: z.number().optional(), criticalIncrease: z.number().optional(), criticalDecrease: z.number().optional(),
  }).prefault({}),
  groups: z.array(z.string().min(1)).default([]),
  /** Of latencies, this quantile is the value. */
  level: level.default(0.95),
});

/**
 * NetflixACAJudge-v1.0: every `pointSeconds` give one value per arm, every `intervalSeconds` all values so far are judged. The thresholds are
 * those of Spinnaker's example configurations.
 */
export const kayentaPolicy = z.strictObject({
  pass: z.number().min(0).max(100).default(95),
  marginal: z.number().min(0).max(100).default(75),
  pointSeconds: seconds.default(60),
  intervalSeconds: seconds.default(300),
  groupWeights: z.record(z.string().min(1), z.number().min(0).max(100)).default({}),
  metrics: z.record(z.string(), kayentaMetric).default({}),
});

/** One metric of an AnalysisRun. What is missing has Argo's default. Without conditions a metric has those of its kind, named in docs/judge.md. */
const argoMetric = z.strictObject({
  value: z.enum(['canary', 'stable', 'ratio', 'difference']).optional(),
  success: comparison.optional(),
  failure: comparison.optional(),
  failureLimit: z.int().min(-1).max(10_000).optional(),
  inconclusiveLimit: limit.optional(),
  consecutiveErrorLimit: limit.optional(),
  consecutiveSuccessLimit: limit.optional(),
  level: level.default(0.95),
});

/** Argo Rollouts' AnalysisRun: a measurement every `intervalSeconds` until the horizon. */
export const argoPolicy = z.strictObject({ intervalSeconds: seconds.default(60), metrics: z.record(z.string(), argoMetric).default({}) });

/** One metric of Flagger's analysis: a check fails where the canary's value lies outside of the range, whose ends belong to it. */
const flaggerMetric = z.strictObject({ min: z.number().optional(), max: z.number().optional(), level: level.default(0.99) });

/** Flagger's analysis: checks every `intervalSeconds`; `threshold` rounds with a failed check, in a row or not, end in a rollback. */
export const flaggerPolicy = z.strictObject({ intervalSeconds: seconds.default(60), threshold: z.int().min(1).max(10_000).default(5), metrics: z.record(z.string(), flaggerMetric).default({}) });

export type KayentaPolicy = z.infer<typeof kayentaPolicy>;
export type KayentaMetric = z.infer<typeof kayentaMetric>;
export type ArgoPolicy = z.infer<typeof argoPolicy>;
export type ArgoMetric = z.infer<typeof argoMetric>;
export type FlaggerPolicy = z.infer<typeof flaggerPolicy>;
export type FlaggerMetric = z.infer<typeof flaggerMetric>;

/** The settings of a metric that a policy does not mention. */
export const defaultKayentaMetric: KayentaMetric = kayentaMetric.parse({});
export const defaultArgoMetric: ArgoMetric = argoMetric.parse({});
export const defaultFlaggerMetric: FlaggerMetric = flaggerMetric.parse({});
