import type { EvidenceSettings } from '#domain/analysis/statistics/evidence-settings';
import { countedGain } from '#domain/analysis/statistics/evidence-settings';
import { growMixture, logEvidence, startMixture } from '#domain/analysis/statistics/mixture';
import type { Mixture, Onset } from '#domain/analysis/statistics/mixture';

/** Which ratio of canary to stable is still fine, and which effects beyond it are bet on. */
export type OddsQuestion = { readonly margin: number; readonly grid: readonly number[] };

/** The log-likelihood of one look as a function of ln ratio; 0 at 0. */
export type LogLikelihood = (logRatio: number) => number;

/**
 * The stratified conditional e-process. FAIL bets that the ratio is above its margin, PASS that it is below. Each look is a stratum of its
 * own and conditioned on its margins, so that base rate and traffic split may change from look to look. Under its null its expectation is
 * at most 1 at every stopping time.
 * Source: likelihood ratios within a one-parameter exponential family, each look by itself; mixture over the grid with equal weights;
 * onset as in Shin, Ramdas & Rinaldo, "E-detectors", arXiv 2203.03532.
 */
export type OddsSide = 'fail' | 'pass';

/** Before the first look. */
export function startOdds(side: OddsSide, question: OddsQuestion, settings: EvidenceSettings): Mixture {
  return startMixture(question.grid.length, onsetOf(side, settings));
}

/** After one more look. */
export function growOdds(mixture: Mixture, look: { readonly side: OddsSide; readonly question: OddsQuestion; readonly logLikelihood: LogLikelihood }, settings: EvidenceSettings): Mixture {
  const { side, question, logLikelihood } = look;
  const margin = Math.log(question.margin);
  const atMargin = logLikelihood(margin);
  const needed = side === 'fail' ? settings.logAlpha : settings.logBeta;
  const gains = question.grid.map((effect) => countedGain(logLikelihood(side === 'fail' ? margin + Math.log(effect) : margin - Math.log(effect)) - atMargin, needed, settings));
  return growMixture(mixture, gains, onsetOf(side, settings));
}

/** ln of the evidence. */
export function logOdds(mixture: Mixture, side: OddsSide, settings: EvidenceSettings): number {
  return logEvidence(mixture, onsetOf(side, settings));
}

function onsetOf(side: OddsSide, settings: EvidenceSettings): Onset | null {
  return side === 'fail' ? settings.onset : null;
}
