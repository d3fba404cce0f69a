import { failOfCounts, growCounts, intervalOfCounts, passOfCounts, startCounts } from '#domain/analysis/judge/counts-track';
import type { CountsTrack, EventsLook } from '#domain/analysis/judge/counts-track';
import type { ArmLatencies } from '#domain/analysis/judge/latency-counts';
import { failOfLatency, growLatency, hasLatencyPassed, passOfLatency, startLatency } from '#domain/analysis/judge/latency-track';
import type { LatencyTrack } from '#domain/analysis/judge/latency-track';
import { NO_MEAN_TRACK, failOfMean, growMean, isTrusted, passOfMean } from '#domain/analysis/judge/mean-track';
import type { MeanTrack } from '#domain/analysis/judge/mean-track';
import type { JudgedMetric } from '#domain/analysis/judge/policy';
import type { RatioInterval } from '#domain/analysis/statistics/confidence-sequence';
import type { EvidenceSettings } from '#domain/analysis/statistics/evidence-settings';
import type { ArmMeans } from '#domain/analysis/statistics/mean-evidence';

/** What one look gives of one metric, by the form of its data. */
export type MetricCounts =
  | ({ readonly kind: 'counts' } & EventsLook)
  | ({ readonly kind: 'latency' } & ArmLatencies)
  | ({ readonly kind: 'mean' } & ArmMeans);

/** What is known of one metric after some looks. */
export type MetricTrack = CountsTrack | LatencyTrack | MeanTrack;

/** A metric's evidence as it stands: natural logarithms, not latched. */
export type MetricEvidence = {
  readonly fail: number;
  readonly pass: number;
  /** What of `fail` may decide: all of it, but for a mean of too few values. */
  readonly decidingFail: number;
  /** Whether PASS had its evidence at this look or an earlier one. */
  readonly hasPassed: boolean;
  /** How many requests, values or how much exposure each arm had. */
  readonly seen: { readonly canary: number; readonly stable: number };
  readonly interval: () => RatioInterval | null;
};

/** Before the first look. */
export function startTrack(metric: JudgedMetric, settings: EvidenceSettings): MetricTrack {
  switch (metric.kind) {
    case 'ratio':
    case 'rate': return startCounts(metric, settings);
    case 'distribution': return startLatency(metric, settings);
    case 'mean': return NO_MEAN_TRACK;
  }
}

/** After one more look; one without data of this metric is taken as a look in which nothing happened. @throws TypeError when the forms do not fit each other */
export function growTrack(track: MetricTrack, counts: MetricCounts | undefined, { metric, settings }: { readonly metric: JudgedMetric; readonly settings: EvidenceSettings }): MetricTrack {
  const look = counts ?? nothingFor(track);
  if (track.kind === 'counts' && look.kind === 'counts' && (metric.kind === 'ratio' || metric.kind === 'rate')) return growCounts(track, look, { metric, settings });
  if (track.kind === 'latency' && look.kind === 'latency' && metric.kind === 'distribution') return growLatency(track, look, { metric, settings });
  if (track.kind === 'mean' && look.kind === 'mean' && metric.kind === 'mean') return growMean(track, look, { metric, settings });
  throw misfit(metric, look.kind);
}

/** The evidence of one metric. @throws TypeError when track and metric do not fit each other */
export function evidenceOfTrack(track: MetricTrack, metric: JudgedMetric, settings: EvidenceSettings): MetricEvidence {
  if (track.kind === 'counts' && (metric.kind === 'ratio' || metric.kind === 'rate')) {
    const fail = failOfCounts(track, metric, settings);
    return { fail, decidingFail: fail, pass: passOfCounts(track, metric, settings), hasPassed: track.hasPassed, seen: { canary: track.totals.canary.total, stable: track.totals.stable.total }, interval: () => intervalOfCounts(track, settings) };
  }
  if (track.kind === 'latency' && metric.kind === 'distribution') {
    const fail = failOfLatency(track, metric, settings);
    return { fail, decidingFail: fail, pass: passOfLatency(track, settings), hasPassed: hasLatencyPassed(track), seen: track.requests, interval: () => null };
  }
  if (track.kind === 'mean' && metric.kind === 'mean') {
    const fail = failOfMean(track, metric);
    return { fail, decidingFail: isTrusted(track) ? fail : 0, pass: passOfMean(track, metric), hasPassed: track.hasPassed, seen: { canary: track.canary.n, stable: track.stable.n }, interval: () => null };
  }
  throw misfit(metric, track.kind);
}

function nothingFor(track: MetricTrack): MetricCounts {
  const [nothing, none] = [{ total: 0, bad: 0 }, { n: 0, mean: 0, variance: 0 }];
  switch (track.kind) {
    case 'counts': return { kind: 'counts', canary: nothing, stable: nothing };
    case 'latency': return { kind: 'latency', bounds: track.bounds, canary: { zeros: 0, buckets: [] }, stable: { zeros: 0, buckets: [] } };
    case 'mean': return { kind: 'mean', canary: none, stable: none };
  }
}

function misfit(metric: JudgedMetric, form: string): TypeError {
  return new TypeError(`${metric.name} is of kind ${metric.kind}, which has no data of the form ${form}`);
}
