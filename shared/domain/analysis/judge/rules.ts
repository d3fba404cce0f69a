import type { JudgePolicy, JudgedMetric } from '#domain/analysis/judge/policy';
import type { EvidenceSettings } from '#domain/analysis/statistics/evidence-settings';

/** A policy as the judge works with it: times in looks, error rates as logarithms, weights that sum to 1. */
export type JudgeRules = {
  readonly settings: EvidenceSettings;
  /** By name, so that the order in a policy changes no digit. */
  readonly metrics: readonly { readonly metric: JudgedMetric; readonly weight: number }[];
  readonly horizonLooks: number;
  readonly minBakeLooks: number;
  readonly warmupLooks: number;
};

/** The rules of a policy. A look lies within the warm-up if it ends in it. */
export function rulesOf(policy: JudgePolicy, { hasIntervals = true }: { readonly hasIntervals?: boolean } = {}): JudgeRules {
  const { lookSeconds } = policy;
  const horizonLooks = Math.ceil(policy.horizonSeconds / lookSeconds);
  const metrics = policy.metrics.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const all = metrics.reduce((sum, one) => sum + one.weight, 0);
  return {
    settings: {
      logAlpha: Math.log(1 / policy.alpha), logBeta: Math.log(1 / policy.beta), capFraction: policy.capFraction, phi: policy.phi,
      onset: policy.onset === null ? null : { w0: policy.onset.w0, horizonLooks }, hasIntervals,
    },
    metrics: metrics.map((metric) => ({ metric, weight: metric.weight / all })),
    horizonLooks,
    minBakeLooks: Math.ceil(policy.minBakeSeconds / lookSeconds),
    warmupLooks: Math.floor(policy.warmupSeconds / lookSeconds),
  };
}
