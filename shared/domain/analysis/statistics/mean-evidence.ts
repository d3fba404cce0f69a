import { logNormalCdf } from '#domain/analysis/statistics/special-functions';

/** The values of one arm in one look: how many, their mean, and their unbiased variance. */
export type MeanCount = { readonly n: number; readonly mean: number; readonly variance: number };

/** One look at the means of both arms. */
export type ArmMeans = { readonly canary: MeanCount; readonly stable: MeanCount };

/** Differences of means over looks, each look weighed by its precision. Plain JSON. */
export type MeanSum = {
  /** Σ (mean_c − mean_b) ÷ V. */
  readonly weighted: number;
  /** Σ 1 ÷ V. */
  readonly precision: number;
};

/** Before the first look. */
export const NO_MEANS: MeanSum = { weighted: 0, precision: 0 };

/** After one more look. A look in which an arm has fewer than two values, or none of them vary, says nothing: its variance is unknown. */
export function addMeans(sum: MeanSum, { canary, stable }: ArmMeans): MeanSum {
  if (canary.n < 2 || stable.n < 2) return sum;
  const variance = canary.variance / canary.n + stable.variance / stable.n;
  if (!(variance > 0)) return sum;
  return { weighted: sum.weighted + (canary.mean - stable.mean) / variance, precision: sum.precision + 1 / variance };
}

/**
 * ln of the evidence that the difference of means is above (or below) a margin: a one-sided normal mixture with standard deviation tau
 * over S = Σ(D − margin)/V, v = Σ 1/V: ½ ln(4ρ/(v+ρ)) + S²/(2(v+ρ)) + ln Φ(±S/√(v+ρ)), ρ = 1/τ². Asymptotic: it holds for many values.
 * Looks are strata; pooled over time, a drift of the mean and of the weights together would look like a difference.
 * Source: Howard, Ramdas, McAuliffe & Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences", Ann. Statist. 49(2), 2021.
 */
export function logMeanEvidence(sum: MeanSum, question: { readonly side: 'above' | 'below'; readonly margin: number; readonly tau: number }): number {
  if (sum.precision === 0) return 0;
  const rho = 1 / (question.tau * question.tau);
  const total = sum.precision + rho;
  const score = (sum.weighted - question.margin * sum.precision) * (question.side === 'above' ? 1 : -1);
  return 0.5 * Math.log((4 * rho) / total) + (score * score) / (2 * total) + logNormalCdf(score / Math.sqrt(total));
}

/** The confidence sequence of the difference of means: D ± √((v+ρ)(ln((v+ρ)/ρ) + 2 ln(1/α))) ÷ v; `null` before there is data. */
export function meanInterval(sum: MeanSum, tau: number, logThreshold: number): readonly [low: number, high: number] | null {
  if (sum.precision === 0) return null;
  const rho = 1 / (tau * tau);
  const total = sum.precision + rho;
  const middle = sum.weighted / sum.precision;
  const width = Math.sqrt(total * (Math.log(total / rho) + 2 * logThreshold)) / sum.precision;
  return [middle - width, middle + width];
}
