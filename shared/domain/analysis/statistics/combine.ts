import { logMean, logSum } from '#domain/analysis/statistics/log-space';

/** ln of the weighted mean of e-values; the weights sum to 1. Evidence that not all is well, however the e-values depend on each other. Source: Vovk & Wang 2021. */
export function logWeightedMean(parts: readonly { readonly weight: number; readonly log: number }[]): number {
  return logSum(parts.map(({ weight, log }) => (weight === 0 ? -Infinity : Math.log(weight) + log)));
}

/**
 * Which of several hypotheses is to blame: ln of each e-value after closed testing by means, the smallest mean over all subsets that hold
 * it. Those that reach ln(1/α) are false together but with probability α. The smallest mean is reached with the k smallest others.
 * Source: Vovk & Wang, "E-values: Calibration, combination and applications", Ann. Statist. 49(3), 2021, section 5.
 */
export function closedTesting(logs: readonly number[]): readonly number[] {
  return logs.map((log, index) => {
    const others = logs.filter((_, other) => other !== index).toSorted((one, other) => one - other);
    return Math.min(...Array.from({ length: logs.length }, (_, count) => logMean([log, ...others.slice(0, count)])));
  });
}
