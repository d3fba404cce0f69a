import { bucketSecondsAt, quantilePosition } from '#domain/analysis/judge/latency-counts';
import type { JudgedEvidence } from '#domain/analysis/judge/judgement';
import type { LatencyTrack, LevelTrack } from '#domain/analysis/judge/latency-track';
import type { DistributionMetric } from '#domain/analysis/judge/policy';
import type { EvidenceSettings } from '#domain/analysis/statistics/evidence-settings';
import { meanInterval } from '#domain/analysis/statistics/mean-evidence';
import { logOdds } from '#domain/analysis/statistics/odds-evidence';

/** A share as percent, to two significant digits, three from 100 % on: 0.021 is "2.1 %". */
export function inPercent(share: number): string {
  return `${significant(share * 100, share >= 1 ? 3 : 2)} %`;
}

/** What was seen of one metric, in words and numbers. */
export function describeMetric({ metric, track, evidence }: JudgedEvidence, settings: EvidenceSettings): string {
  switch (track.kind) {
    case 'counts': {
      const { canary, stable } = track.totals;
      const share = (arm: typeof canary) => (arm.total === 0 ? 'none' : metric.kind === 'ratio' ? inPercent(arm.bad / arm.total) : significant(arm.bad / arm.total, 3));
      return `${metric.name} ${share(canary)} against ${share(stable)}${intervalInWords(evidence.interval())}`;
    }
    case 'latency': return metric.kind === 'distribution' ? `${metric.name}: ${latencyInWords(track, metric, settings)}` : metric.name;
    case 'mean': {
      const interval = metric.kind === 'mean' ? meanInterval(track.sum, metric.tau, settings.logAlpha) : null;
      const difference = interval === null ? '' : `, difference between ${significant(interval[0], 2)} and ${significant(interval[1], 2)}`;
      return `${metric.name} ${significant(track.canary.mean, 3)} against ${significant(track.stable.mean, 3)} on average${difference}`;
    }
  }
}

function intervalInWords(interval: readonly [number | null, number | null] | null): string {
  if (interval === null) return '';
  const [low, high] = interval;
  if (low === null && high === null) return ', ratio unknown';
  if (low === null) return `, ratio at most ${significant(high ?? 0, 2)}`;
  return high === null ? `, ratio at least ${significant(low, 2)}` : `, ratio between ${significant(low, 2)} and ${significant(high, 2)}`;
}

/** The level with most evidence against the canary tells most. */
function latencyInWords(track: LatencyTrack, metric: DistributionMetric, settings: EvidenceSettings): string {
  const strength = (one: LevelTrack) => logOdds(one.mixture, 'fail', settings);
  const level = track.fail.toSorted((one, other) => strength(other) - strength(one))[0];
  if (level === undefined) return 'the whole distribution';
  const { canary, stable } = level.slower;
  if (canary.total === 0 || stable.total === 0) return 'nothing to compare';
  const position = quantilePosition(track.stable, level.level);
  const seconds = position === null ? undefined : bucketSecondsAt(position, { bounds: track.bounds, accuracy: metric.sketchAccuracy });
  const threshold = `stable's p${significant(level.level * 100, 4)}${seconds === undefined ? '' : ` (${significant(seconds, 3)} s)`}`;
  return `${inPercent(canary.bad / canary.total)} of requests more than ${metric.failTolerance} times ${threshold}, against ${inPercent(stable.bad / stable.total)} above it`;
}

function significant(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}
