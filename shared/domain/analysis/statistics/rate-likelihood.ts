/** Events of one arm, and what they are counted over: requests, seconds, pods times seconds. */
export type RateCount = { readonly count: number; readonly exposure: number };

/** One look at the rates of both arms. */
export type ArmRates = { readonly canary: RateCount; readonly stable: RateCount };

/**
 * The log-likelihood of a ratio of two Poisson rates, given how many events there were in all: l(r) = x ln r − k ln(1 + w(r − 1)), with
 * the canary's share w of the exposure. Takes ln r; 0 at 0. Swapped arms and −ln r give the very same number.
 * Source: Lindon & Malek, "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022, section 4.
 */
export function rateLogLikelihood(rates: ArmRates, logRatio: number): number {
  const { canary, stable } = rates;
  const events = canary.count + stable.count;
  const exposure = canary.exposure + stable.exposure;
  if (events === 0 || logRatio === 0 || canary.exposure === 0 || stable.exposure === 0) return 0;
  const [arm, rate] = logRatio > 0 ? [canary, logRatio] : [stable, -logRatio];
  return arm.count * rate - events * Math.log1p((arm.exposure / exposure) * Math.expm1(rate)) + 0;
}
