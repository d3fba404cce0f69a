import * as z from 'zod';

import { resourceName, seconds } from '#domain/resources/names';

const comparison = z.strictObject({ op: z.enum(['<', '<=', '>', '>=']), value: z.number() });

/** What of a side's samples is measured in one look. */
export const measure = z.enum(['errorPercent', 'requests', 'latencyP50Milliseconds', 'latencyP95Milliseconds', 'latencyP99Milliseconds']);

/** Which value is compared: the canary's, the stable's, their difference (canary − stable) or their ratio (canary ÷ stable). */
export const measuredSide = z.enum(['canary', 'stable', 'difference', 'ratio']);

/**
 * One metric judged by thresholds, with the limits of Argo's AnalysisRun: all comparisons are strict, so a limit of 2 tolerates 2.
 * Source: argo-rollouts `analysis/controller` (metric assessment).
 */
export const thresholdMetric = z.strictObject({
  name: resourceName,
  measure,
  side: measuredSide.default('canary'),
  success: comparison.optional(),
  failure: comparison.optional(),
  /** Below this many canary requests in one look the measurement is Inconclusive. */
  minimumRequests: z.int().min(0).max(1_000_000).default(0),
  /** How many measurements make it complete; without it, all until the horizon. */
  count: z.int().min(1).max(10_000).optional(),
  failureLimit: z.int().min(-1).max(10_000).default(0),
  inconclusiveLimit: z.int().min(0).max(10_000).default(0),
  consecutiveErrorLimit: z.int().min(0).max(10_000).default(4),
  consecutiveSuccessLimit: z.int().min(1).max(10_000).optional(),
  /** Measured and shown, but never part of the verdict. */
  dryRun: z.boolean().default(false),
}).refine((metric) => metric.success !== undefined || metric.failure !== undefined, { error: 'must have a success or a failure condition', path: ['success'] })
  // The same for who reads the JSON Schema.
  .meta({ anyOf: [{ required: ['success'] }, { required: ['failure'] }] });

/** How a release is judged against the old one. */
export const analysisTemplateSpec = z.strictObject({
  description: z.string().max(1000).optional(),
  /** One look at the samples every so often. */
  lookSeconds: z.int().min(1).max(3600).default(10),
  /** How long to wait before the first look. */
  initialDelaySeconds: seconds.max(86_400).default(0),
  /** When an analysis step ends at the latest. */
  horizonSeconds: seconds.min(1).default(1800),
  /** What Inconclusive and Error (of a source) do: pause and wait for a person, or roll back. */
  onInconclusive: z.enum(['pause', 'rollBack']).default('pause'),
  metrics: z.array(thresholdMetric).min(1).max(20),
});

export type ThresholdMetric = z.infer<typeof thresholdMetric>;
export type AnalysisTemplateSpec = z.infer<typeof analysisTemplateSpec>;
