import type { MeanMetric } from '#domain/analysis/judge/policy';
import type { EvidenceSettings } from '#domain/analysis/statistics/evidence-settings';
import { NO_MEANS, addMeans, logMeanEvidence } from '#domain/analysis/statistics/mean-evidence';
import type { ArmMeans, MeanCount, MeanSum } from '#domain/analysis/statistics/mean-evidence';

/** What is known of a mean after some looks. Plain JSON of one size. */
export type MeanTrack = {
  readonly kind: 'mean';
  readonly sum: MeanSum;
  readonly canary: { readonly n: number; readonly mean: number };
  readonly stable: { readonly n: number; readonly mean: number };
  readonly hasPassed: boolean;
};

/** The variance is taken from the values themselves, which is trusted from this many on in each arm; before it the evidence counts as none. */
const TRUSTED_FROM = 100;

/** Before the first look. */
export const NO_MEAN_TRACK: MeanTrack = { kind: 'mean', sum: NO_MEANS, canary: { n: 0, mean: 0 }, stable: { n: 0, mean: 0 }, hasPassed: false };

/** After one more look. */
export function growMean(track: MeanTrack, look: ArmMeans, { metric, settings }: { readonly metric: MeanMetric; readonly settings: EvidenceSettings }): MeanTrack {
  const grown: MeanTrack = { kind: 'mean', sum: addMeans(track.sum, look), canary: addValues(track.canary, look.canary), stable: addValues(track.stable, look.stable), hasPassed: track.hasPassed };
  return { ...grown, hasPassed: track.hasPassed || (isTrusted(grown) && passOfMean(grown, metric) >= settings.logBeta) };
}

/** Whether there are enough values for the evidence to decide anything. */
export function isTrusted(track: MeanTrack): boolean {
  return track.canary.n >= TRUSTED_FROM && track.stable.n >= TRUSTED_FROM;
}

/** ln of the evidence that the canary's mean is above stable's by more than the fail margin. */
export function failOfMean(track: MeanTrack, metric: MeanMetric): number {
  return logMeanEvidence(track.sum, { side: 'above', margin: metric.failDelta, tau: metric.tau });
}

/** ln of the evidence that it is above by less than the pass margin. */
export function passOfMean(track: MeanTrack, metric: MeanMetric): number {
  return logMeanEvidence(track.sum, { side: 'below', margin: metric.passDelta, tau: metric.tau });
}

function addValues(before: MeanTrack['canary'], { n, mean }: MeanCount): MeanTrack['canary'] {
  if (n === 0) return before;
  return { n: before.n + n, mean: before.mean + ((mean - before.mean) * n) / (before.n + n) };
}
