import { logBeta, logIncompleteBeta } from '#domain/analysis/statistics/special-functions';

/** A Beta(a, b) mixture over the canary's share, whose expected share is fixed. */
export type SplitMixture = { readonly share: number; readonly a: number; readonly b: number };

/**
 * ln of the evidence that `canary` of `total` is not the share that was asked for:
 * ln B(a+X, b+K−X) − ln B(a, b) − X ln p − (K−X) ln(1−p).
 * Source: Lindon & Malek, "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022, section 2, with two arms.
 */
export function logOtherSplit({ share, a, b }: SplitMixture, { canary, total }: { readonly canary: number; readonly total: number }): number {
  if (total === 0) return 0;
  return logBeta(a + canary, b + total - canary) - logBeta(a, b) - canary * Math.log(share) - (total - canary) * Math.log1p(-share);
}

/** The same for more than the share only: the mixture is cut off to (p, 1). */
export function logLargerSplit(mixture: SplitMixture, counts: { readonly canary: number; readonly total: number }): number {
  const above = (a: number, b: number) => logIncompleteBeta(1 - mixture.share, b, a);
  return logOtherSplit(mixture, counts) + above(mixture.a + counts.canary, mixture.b + counts.total - counts.canary) - above(mixture.a, mixture.b);
}
