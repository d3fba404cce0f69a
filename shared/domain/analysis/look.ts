import { assessAtHorizon, assessRun } from '#domain/analysis/assess-run';
import { classifyMeasurement } from '#domain/analysis/condition';
import type { Measurement, MeasurementPhase } from '#domain/analysis/condition';
import { mergeSketches, sketchQuantile } from '#domain/analysis/latency-sketch';
import type { LatencySketch } from '#domain/analysis/latency-sketch';
import { NO_MEASUREMENTS, countMeasurement } from '#domain/analysis/threshold';
import type { Assessment, MetricCounters } from '#domain/analysis/threshold';
import type { AnalysisTemplateSpec, ThresholdMetric } from '#domain/resources/analysis-template';

/** What one side did in the time of a look. */
export type SideTotals = { readonly requests: number; readonly errors: number; readonly latency: LatencySketch };

/**
 * What was found of one metric in one look. `value` is `null` where nothing could be measured. `NoData`: a side that it needs had no
 * requests; that is no measurement and counts for nothing before the horizon.
 */
export type MetricLook = { readonly metric: string; readonly value: number | null; readonly requests: number; readonly outcome: MeasurementPhase | 'NoData'; readonly reason: string };

/** The counters of each metric on one target, why each last was not Successful, and all requests that the canary had there. */
export type AnalysisProgress = { readonly counters: { readonly [metric: string]: MetricCounters }; readonly objections: { readonly [metric: string]: string }; readonly canaryRequests: number };

/** Before the first look. */
export const NO_LOOKS: AnalysisProgress = { counters: {}, objections: {}, canaryRequests: 0 };

/** Adds up the samples of one side. */
export function totalsOf(samples: readonly { readonly requests: number; readonly errors: number; readonly latency: LatencySketch }[]): SideTotals {
  const add = (of: 'requests' | 'errors') => samples.reduce((sum, one) => sum + one[of], 0);
  return { requests: add('requests'), errors: add('errors'), latency: mergeSketches(samples.map((one) => one.latency)) };
}

/** Measures all metrics of a template in one look. */
export function measureLook(template: AnalysisTemplateSpec, sides: { readonly canary: SideTotals; readonly stable: SideTotals }): readonly MetricLook[] {
  return template.metrics.map((metric) => {
    const measurement = measure(metric, sides);
    const { phase, reason } = measurement.kind === 'none' ? { phase: 'NoData' as const, reason: measurement.reason } : classifyMeasurement(measurement, metric);
    const value = measurement.kind === 'value' && Number.isFinite(measurement.value) ? measurement.value : null;
    return { metric: metric.name, value, requests: sides.canary.requests, outcome: phase, reason: `${metric.name} (${metric.measure}, ${metric.side}): ${reason}, ${sides.canary.requests} canary requests` };
  });
}

/** The progress after one more look. */
export function afterLook(progress: AnalysisProgress, looks: readonly MetricLook[]): AnalysisProgress {
  const counters = Object.fromEntries(looks.flatMap((look) => (look.outcome === 'NoData' ? [] : [[look.metric, countMeasurement(progress.counters[look.metric] ?? NO_MEASUREMENTS, look.outcome)]])));
  const objections = Object.fromEntries(looks.filter((look) => look.outcome !== 'Successful').map((look) => [look.metric, look.reason]));
  return { counters: { ...progress.counters, ...counters }, objections: { ...progress.objections, ...objections }, canaryRequests: progress.canaryRequests + (looks[0]?.requests ?? 0) };
}

/**
 * Judges one target. At the horizon (`ended`) an analysis without a single canary request, or with a metric that a side never gave data
 * for, is Inconclusive, with that as its reason: silence speaks for nothing.
 */
export function judgeTarget(template: AnalysisTemplateSpec, progress: AnalysisProgress, ended: boolean): Assessment {
  if (ended && progress.canaryRequests === 0) return { phase: 'Inconclusive', reason: 'no data: the canary had no request' };
  const metrics = template.metrics.map((metric) => ({
    name: metric.name, dryRun: metric.dryRun, counters: progress.counters[metric.name] ?? NO_MEASUREMENTS,
    limits: { count: metric.count, intervalSeconds: template.lookSeconds, failureLimit: metric.failureLimit, inconclusiveLimit: metric.inconclusiveLimit, consecutiveErrorLimit: metric.consecutiveErrorLimit, consecutiveSuccessLimit: metric.consecutiveSuccessLimit },
  }));
  const run = ended ? assessAtHorizon(metrics) : assessRun(metrics, false);
  const objections = run.metrics.filter((metric) => metric.phase === run.phase && run.phase !== 'Successful' && run.phase !== 'Running' && !metric.dryRun).flatMap((metric) => progress.objections[metric.name] ?? []);
  return { phase: run.phase, reason: [run.reason, ...objections].join('; last ').slice(0, 1500) };
}

/** From what stops least to what stops most; a deployment is judged by its worst target. */
const FROM_BEST_TO_WORST: readonly Assessment['phase'][] = ['Successful', 'Running', 'Inconclusive', 'Error', 'Failed'];

/** The verdict over all targets: the worst, with its target named. */
export function judgeTargets(targets: readonly (Assessment & { readonly target: string })[]): Assessment {
  const worst = targets.reduce<(Assessment & { readonly target: string }) | undefined>((left, right) => (left === undefined || rank(right) > rank(left) ? right : left), undefined);
  return worst === undefined ? { phase: 'Inconclusive', reason: 'no data: there is no target to look at' } : { phase: worst.phase, reason: targets.length === 1 ? worst.reason : `${worst.target}: ${worst.reason}` };
}

function rank(one: Assessment): number {
  return FROM_BEST_TO_WORST.indexOf(one.phase);
}

type Measured = Measurement | { readonly kind: 'none'; readonly reason: string };

function measure(metric: ThresholdMetric, sides: { readonly canary: SideTotals; readonly stable: SideTotals }): Measured {
  const { canary, stable } = sides;
  if (canary.requests < metric.minimumRequests) {
    return canary.requests === 0 ? { kind: 'none', reason: 'the canary had no requests' } : { kind: 'inconclusive', reason: `${canary.requests} canary requests, fewer than the ${metric.minimumRequests} needed` };
  }
  const value = valueOf(metric, canary);
  if (metric.side === 'canary') return given(value, 'the canary');
  const other = valueOf(metric, stable);
  if (metric.side === 'stable') return given(other, 'the stable side');
  if (value === undefined) return given(value, 'the canary');
  if (other === undefined) return given(other, 'the stable side');
  return metric.side === 'difference' ? { kind: 'value', value: value - other } : ratio(metric, value, other);
}

/** Two zeros are equal, so that two sides without an error are no riddle; to a zero on the stable side alone there is no ratio. */
function ratio(metric: ThresholdMetric, value: number, other: number): Measured {
  if (other !== 0) return { kind: 'value', value: value / other };
  if (value === 0) return { kind: 'value', value: 1 };
  return { kind: 'inconclusive', reason: `the stable side's ${metric.measure} is 0: there is no ratio to it` };
}

function given(value: number | undefined, side: string): Measured {
  return value === undefined ? { kind: 'none', reason: `${side} had no requests` } : { kind: 'value', value };
}

function valueOf(metric: ThresholdMetric, side: SideTotals): number | undefined {
  switch (metric.measure) {
    case 'requests': return side.requests;
    case 'errorPercent': return side.requests === 0 ? undefined : (100 * side.errors) / side.requests;
    case 'latencyP50Milliseconds': return milliseconds(side, 0.5);
    case 'latencyP95Milliseconds': return milliseconds(side, 0.95);
    case 'latencyP99Milliseconds': return milliseconds(side, 0.99);
  }
}

function milliseconds(side: SideTotals, quantile: number): number | undefined {
  const seconds = sketchQuantile(side.latency, quantile);
  return seconds === undefined ? undefined : seconds * 1000;
}
