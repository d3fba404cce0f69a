/**
 * By how much an empirical distribution of n values can be off, at any n and for all values at once, but with probability α:
 * 0.85 √((ln ln(e n) + 0.8 ln(1612/α)) ÷ n). Source: Howard & Ramdas, "Sequential estimation of quantiles", Bernoulli 28(3), 2022, corollary 2.
 */
export function distributionBound(n: number, logThreshold: number): number {
  return 0.85 * Math.sqrt((Math.log(1 + Math.log(n)) + 0.8 * (Math.log(1612) + logThreshold)) / n);
}

/**
 * −ln p of the test whether the canary's distribution lies above the stable's anywhere: the α at which the largest gap is the sum of both
 * arms' bounds at α/2; 0 where p would be 1. Valid at every look.
 * Source: Lindon, Sanden & Shirikian, "Rapid Regression Detection in Software Deployments through Sequential Testing", KDD 2022.
 */
export function logDistributionDoubt(gap: number, counts: { readonly canary: number; readonly stable: number }): number {
  if (counts.canary === 0 || counts.stable === 0) return 0;
  const isBeyond = (logThreshold: number) => gap >= distributionBound(counts.canary, logThreshold + Math.LN2) + distributionBound(counts.stable, logThreshold + Math.LN2);
  if (!isBeyond(0)) return 0;
  // A gap is at most 1, so 0.85²·0.8·ln(1/α) < n of the smaller arm, and twice that is surely out of reach.
  let [low, high] = [0, 4 * Math.min(counts.canary, counts.stable)];
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    if (isBeyond(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * ln of the evidence that a p-value is worth: the mean of all κ p^(κ−1), which is (1 − p + p ln p) ÷ (p ln² p). Between ½ for p = 1 and
 * 1/p. Source: Vovk & Wang, "E-values: Calibration, combination and applications", Ann. Statist. 49(3), 2021, (2).
 */
export function logCalibrated(doubt: number): number {
  if (doubt < 1e-4) return Math.log(0.5 + doubt / 6);
  const p = Math.exp(-doubt);
  return Math.log(1 - p - p * doubt) + doubt - 2 * Math.log(doubt);
}
