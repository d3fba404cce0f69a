import { countAbove, isBeyondBounds, largestGap, latencyTotal, quantilePosition, tolerated } from '#domain/analysis/judge/latency-counts';
import type { ArmLatencies } from '#domain/analysis/judge/latency-counts';
import type { DistributionMetric } from '#domain/analysis/judge/policy';
import { emptySketch, mergeSketches } from '#domain/analysis/latency-sketch';
import type { LatencySketch } from '#domain/analysis/latency-sketch';
import { NO_EVENTS, addCounts } from '#domain/analysis/statistics/arm-counts';
import type { ArmCounts } from '#domain/analysis/statistics/arm-counts';
import { logCalibrated, logDistributionDoubt } from '#domain/analysis/statistics/distribution-bound';
import type { EvidenceSettings } from '#domain/analysis/statistics/evidence-settings';
import { logMean } from '#domain/analysis/statistics/log-space';
import type { Mixture } from '#domain/analysis/statistics/mixture';
import { growOdds, logOdds, startOdds } from '#domain/analysis/statistics/odds-evidence';
import type { OddsSide } from '#domain/analysis/statistics/odds-evidence';
import { oddsLogLikelihood } from '#domain/analysis/statistics/odds-likelihood';

/** The evidence at one level, and how many requests were slower than the level's thresholds in all. */
export type LevelTrack = { readonly level: number; readonly mixture: Mixture; readonly slower: ArmCounts; readonly hasPassed: boolean };

/** What is known of a distribution after some looks: the levels' evidence, and the sketch of stable from which thresholds are taken. Plain JSON. */
export type LatencyTrack = {
  readonly kind: 'latency';
  readonly bounds: readonly number[] | null;
  readonly stable: LatencySketch;
  /** Kept for the test of whole distributions only. */
  readonly canary: LatencySketch | null;
  readonly requests: { readonly canary: number; readonly stable: number };
  readonly fail: readonly LevelTrack[];
  readonly pass: readonly LevelTrack[];
};

/** A canary is as slow as stable: the odds of being slower than a threshold do not differ. */
const SAME = 1;

/** Before the first look. */
export function startLatency(metric: DistributionMetric, settings: EvidenceSettings): LatencyTrack {
  const start = (side: OddsSide, levels: readonly number[]): readonly LevelTrack[] => levels.map((level) => ({ level, mixture: startOdds(side, questionOf(metric, side), settings), slower: NO_EVENTS, hasPassed: false }));
  return { kind: 'latency', bounds: null, stable: emptySketch, canary: metric.test === 'dkw' ? emptySketch : null, requests: { canary: 0, stable: 0 }, fail: start('fail', metric.test === 'dkw' ? [] : metric.levels), pass: start('pass', metric.passLevels) };
}

/** After one more look. Its thresholds are the quantiles of stable over the looks before it, so that it cannot choose them itself. */
export function growLatency(track: LatencyTrack, look: ArmLatencies, { metric, settings }: { readonly metric: DistributionMetric; readonly settings: EvidenceSettings }): LatencyTrack {
  const grow = (side: OddsSide) => (level: LevelTrack): LevelTrack => {
    const counts = slowerThanThreshold(track.stable, look, { level: level.level, side, metric });
    const mixture = growOdds(level.mixture, { side, question: questionOf(metric, side), logLikelihood: (logOdds) => oddsLogLikelihood(counts, logOdds) }, settings);
    return { level: level.level, mixture, slower: addCounts(level.slower, counts), hasPassed: level.hasPassed || logOdds(mixture, side, settings) >= settings.logBeta };
  };
  return {
    kind: 'latency',
    bounds: look.bounds ?? track.bounds,
    stable: mergeSketches([track.stable, look.stable]),
    canary: track.canary === null ? null : mergeSketches([track.canary, look.canary]),
    requests: { canary: track.requests.canary + latencyTotal(look.canary), stable: track.requests.stable + latencyTotal(look.stable) },
    fail: track.fail.map(grow('fail')),
    pass: track.pass.map(grow('pass')),
  };
}

/** ln of the evidence that the canary is slower than tolerated: the mean over the levels, or what the p-value of the whole distribution is worth. */
export function failOfLatency(track: LatencyTrack, metric: DistributionMetric, settings: EvidenceSettings): number {
  if (track.canary === null) return logMean(track.fail.map((one) => logOdds(one.mixture, 'fail', settings)));
  const latencies = { bounds: track.bounds, canary: track.canary, stable: track.stable };
  return logCalibrated(logDistributionDoubt(largestGap(latencies, metric.failTolerance, metric.sketchAccuracy), track.requests));
}

/** ln of the evidence that the canary is not slower than its pass tolerance: of the level that has least. */
export function passOfLatency(track: LatencyTrack, settings: EvidenceSettings): number {
  return Math.min(...track.pass.map((one) => logOdds(one.mixture, 'pass', settings)));
}

/** Whether each pass level had its evidence at some look. */
export function hasLatencyPassed(track: LatencyTrack): boolean {
  return track.pass.every((one) => one.hasPassed);
}

function questionOf(metric: DistributionMetric, side: OddsSide) {
  return { margin: SAME, grid: side === 'fail' ? metric.failGrid : metric.passGrid };
}

/**
 * How many requests of both arms are slower than stable's quantile, the canary's by more than the tolerance. Nothing is counted without a
 * threshold; nor for PASS where the canary's lies beyond the last bound, for then the canary would be fast by lack of sight.
 */
function slowerThanThreshold(before: LatencySketch, look: ArmLatencies, at: { readonly level: number; readonly side: OddsSide; readonly metric: DistributionMetric }): ArmCounts {
  const threshold = quantilePosition(before, at.level);
  if (threshold === null) return NO_EVENTS;
  const shape = { bounds: look.bounds, accuracy: at.metric.sketchAccuracy };
  const moved = tolerated(threshold, at.side === 'fail' ? at.metric.failTolerance : at.metric.passTolerance, shape);
  if (at.side === 'pass' && isBeyondBounds(moved, look.bounds)) return NO_EVENTS;
  return {
    canary: { total: latencyTotal(look.canary), bad: countAbove(look.canary, moved) },
    stable: { total: latencyTotal(look.stable), bad: countAbove(look.stable, threshold) },
  };
}
