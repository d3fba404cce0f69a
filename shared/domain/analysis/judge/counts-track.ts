import type { RateMetric, RatioMetric } from '#domain/analysis/judge/policy';
import type { EventCount } from '#domain/analysis/statistics/arm-counts';
import { NOTHING_KNOWN, learnRatio, ratioInterval } from '#domain/analysis/statistics/confidence-sequence';
import type { RatioInterval, RatioKnowledge } from '#domain/analysis/statistics/confidence-sequence';
import type { EvidenceSettings } from '#domain/analysis/statistics/evidence-settings';
import { floorAt, logBelowFloor } from '#domain/analysis/statistics/floor-evidence';
import { logMean } from '#domain/analysis/statistics/log-space';
import type { Mixture } from '#domain/analysis/statistics/mixture';
import { growOdds, logOdds, startOdds } from '#domain/analysis/statistics/odds-evidence';
import { oddsLogLikelihood } from '#domain/analysis/statistics/odds-likelihood';
import { rateLogLikelihood } from '#domain/analysis/statistics/rate-likelihood';

/** One look at a ratio or a rate: `total` is the number of requests, or the exposure; `bad` are the events. */
export type EventsLook = { readonly canary: EventCount; readonly stable: EventCount };

/** What is known of a ratio or a rate after some looks. Plain JSON of one size. */
export type CountsTrack = {
  readonly kind: 'counts';
  readonly fail: Mixture;
  readonly pass: Mixture;
  readonly totals: EventsLook;
  /** `null` where intervals are not followed. */
  readonly knowledge: RatioKnowledge | null;
  readonly hasPassed: boolean;
};

type CountsMetric = RatioMetric | RateMetric;

/** Before the first look. */
export function startCounts(metric: CountsMetric, all: EvidenceSettings): CountsTrack {
  const settings = settingsOf(metric, all);
  const none = { total: 0, bad: 0 };
  return { kind: 'counts', fail: startOdds('fail', failOf(metric), settings), pass: startOdds('pass', passOf(metric), settings), totals: { canary: none, stable: none }, knowledge: settings.hasIntervals ? NOTHING_KNOWN : null, hasPassed: false };
}

/** After one more look. */
export function growCounts(track: CountsTrack, look: EventsLook, { metric, settings: all }: { readonly metric: CountsMetric; readonly settings: EvidenceSettings }): CountsTrack {
  const settings = settingsOf(metric, all);
  const logLikelihood = likelihoodOf(metric, look);
  const add = (one: EventCount, other: EventCount): EventCount => ({ total: one.total + other.total, bad: one.bad + other.bad });
  const grown: CountsTrack = {
    kind: 'counts',
    fail: growOdds(track.fail, { side: 'fail', question: failOf(metric), logLikelihood }, settings),
    pass: growOdds(track.pass, { side: 'pass', question: passOf(metric), logLikelihood }, settings),
    totals: { canary: add(track.totals.canary, look.canary), stable: add(track.totals.stable, look.stable) },
    knowledge: track.knowledge === null ? null : learnRatio(track.knowledge, logLikelihood),
    hasPassed: track.hasPassed,
  };
  return { ...grown, hasPassed: track.hasPassed || passOfCounts(grown, metric, all) >= all.logBeta };
}

/** ln of the evidence that the canary is worse than its fail margin. */
export function failOfCounts(track: CountsTrack, metric: CountsMetric, all: EvidenceSettings): number {
  return logOdds(track.fail, 'fail', settingsOf(metric, all));
}

/** ln of the evidence that the canary is better than its pass margin or below its floor: their mean, since either is enough. */
export function passOfCounts(track: CountsTrack, metric: CountsMetric, all: EvidenceSettings): number {
  const ratio = logOdds(track.pass, 'pass', settingsOf(metric, all));
  return metric.kind === 'rate' || metric.floor === null ? ratio : logMean([ratio, logBelowFloor(floorAt(metric.floor), track.totals.canary)]);
}

/** Between which values the ratio of canary to stable lies; `null` where that is not followed. */
export function intervalOfCounts(track: CountsTrack, settings: EvidenceSettings): RatioInterval | null {
  return track.knowledge === null ? null : ratioInterval(track.knowledge, settings.logAlpha);
}

function failOf(metric: CountsMetric) {
  return { margin: metric.failMargin, grid: metric.failGrid };
}

function passOf(metric: CountsMetric) {
  return { margin: metric.passMargin, grid: metric.passGrid };
}

/** Rates are mixed without cap and onset: their likelihood is exact for any Poisson rate, and has no bursts to be insured against. */
function settingsOf(metric: CountsMetric, settings: EvidenceSettings): EvidenceSettings {
  return metric.kind === 'ratio' ? settings : { ...settings, capFraction: null, onset: null };
}

function likelihoodOf(metric: CountsMetric, { canary, stable }: EventsLook): (logRatio: number) => number {
  if (metric.kind === 'ratio') return (logRatio) => oddsLogLikelihood({ canary, stable }, logRatio);
  const rates = { canary: { count: canary.bad, exposure: canary.total }, stable: { count: stable.bad, exposure: stable.total } };
  return (logRatio) => rateLogLikelihood(rates, logRatio);
}
