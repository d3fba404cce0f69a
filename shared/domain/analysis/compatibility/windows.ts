import { bucketSecondsAt, latencyTotal, quantilePosition } from '#domain/analysis/judge/latency-counts';
import { countsIn } from '#domain/analysis/judge/judgement';
import type { JudgeLook } from '#domain/analysis/judge/judgement';
import type { MetricCounts } from '#domain/analysis/judge/metric-track';
import type { JudgedMetric } from '#domain/analysis/judge/policy';
import { mergeSketches } from '#domain/analysis/latency-sketch';
import { addCounts } from '#domain/analysis/statistics/arm-counts';
import type { MeanCount } from '#domain/analysis/statistics/mean-evidence';

/** The value of a metric on both arms over one window; NaN where an arm had nothing to measure. */
export type WindowValue = { readonly canary: number; readonly stable: number };

/** How many looks a time comes to, at least one: what is no whole number of looks is rounded. */
export function looksIn(seconds: number, lookSeconds: number): number {
  return Math.max(1, Math.round(seconds / lookSeconds));
}

/** A metric over consecutive windows of so many looks each; a last one that is not full is left out. `level` is the quantile taken of latencies, in seconds. */
export function windowValues(looks: readonly JudgeLook[], metric: JudgedMetric, window: { readonly looks: number; readonly level: number }): readonly WindowValue[] {
  const count = Math.floor(looks.length / window.looks);
  return Array.from({ length: count }, (_, index) => {
    const counts = looks.slice(index * window.looks, (index + 1) * window.looks).flatMap((look) => countsIn(look, metric.name) ?? []);
    const [first, ...others] = counts;
    return first === undefined ? { canary: Number.NaN, stable: Number.NaN } : valueOf(others.reduce(merged, first), metric, window.level);
  });
}

function merged(one: MetricCounts, other: MetricCounts): MetricCounts {
  if (one.kind === 'counts' && other.kind === 'counts') return { kind: 'counts', ...addCounts(one, other) };
  if (one.kind === 'latency' && other.kind === 'latency') return { kind: 'latency', bounds: one.bounds, canary: mergeSketches([one.canary, other.canary]), stable: mergeSketches([one.stable, other.stable]) };
  if (one.kind === 'mean' && other.kind === 'mean') return { kind: 'mean', canary: pooled(one.canary, other.canary), stable: pooled(one.stable, other.stable) };
  throw new TypeError(`looks of the forms ${one.kind} and ${other.kind} cannot be one window`);
}

/** The mean of both; the variance is not looked at by any compatibility judge. */
function pooled(one: MeanCount, other: MeanCount): MeanCount {
  const n = one.n + other.n;
  return n === 0 ? one : { n, mean: (one.mean * one.n + other.mean * other.n) / n, variance: 0 };
}

function valueOf(counts: MetricCounts, metric: JudgedMetric, level: number): WindowValue {
  switch (counts.kind) {
    case 'counts': return { canary: counts.canary.bad / (counts.canary.total || Number.NaN), stable: counts.stable.bad / (counts.stable.total || Number.NaN) };
    case 'mean': return { canary: counts.canary.n === 0 ? Number.NaN : counts.canary.mean, stable: counts.stable.n === 0 ? Number.NaN : counts.stable.mean };
    case 'latency': {
      const shape = { bounds: counts.bounds, accuracy: metric.kind === 'distribution' ? metric.sketchAccuracy : 0.01 };
      const quantile = (arm: typeof counts.canary) => {
        const position = latencyTotal(arm) === 0 ? null : quantilePosition(arm, level);
        if (position === null) return Number.NaN;
        // Above all bounds nothing is known but that it is slower than the last, which is what histogram_quantile answers too.
        return bucketSecondsAt(position, shape) ?? counts.bounds?.at(-1) ?? Number.NaN;
      };
      return { canary: quantile(counts.canary), stable: quantile(counts.stable) };
    }
  }
}
