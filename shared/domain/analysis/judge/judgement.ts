import type { MetricCounts, MetricEvidence, MetricTrack } from '#domain/analysis/judge/metric-track';
import type { JudgedMetric } from '#domain/analysis/judge/policy';
import type { RatioInterval } from '#domain/analysis/statistics/confidence-sequence';

/** How a canary stands. All but Continue are final. */
export type JudgeVerdict = 'Successful' | 'Failed' | 'Inconclusive' | 'Continue';

/** A verdict, the look it fell at (from 1; for Continue the last), and why, in words and numbers. */
export type Judgement = { readonly verdict: JudgeVerdict; readonly look: number; readonly reason: string };

/** What both arms did in one look, by the names of the policy's metrics. */
export type JudgeLook = { readonly metrics: { readonly [metric: string]: MetricCounts } };

/** What a look tells of a metric, if it tells anything: a name such as `constructor` is a name like any other. */
export function countsIn(look: JudgeLook, metric: string): MetricCounts | undefined {
  return Object.hasOwn(look.metrics, metric) ? look.metrics[metric] : undefined;
}

/** Everything that the judge carries from one look to the next: plain JSON of a few kilobytes. */
export type JudgeState = { readonly look: number; readonly tracks: { readonly [metric: string]: MetricTrack }; readonly verdict: Judgement | null };

/** A metric with its evidence at one look. */
export type JudgedEvidence = { readonly metric: JudgedMetric; readonly weight: number; readonly track: MetricTrack; readonly evidence: MetricEvidence };

/** The evidence at one look, as it stands then: natural logarithms. */
export type LookEvidence = {
  readonly look: number;
  readonly logEvidence: {
    /** Against the canary: the weighted mean over all metrics. */
    readonly fail: number;
    /** For it, by metric. */
    readonly pass: { readonly [metric: string]: number };
    /** Against it, by metric. */
    readonly metrics: { readonly [metric: string]: number };
  };
  /** Between which values the ratio of canary to stable lies, for metrics that have one. */
  readonly ratio: { readonly [metric: string]: RatioInterval };
};
