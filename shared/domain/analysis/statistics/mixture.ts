import { logAdd, logMean } from '#domain/analysis/statistics/log-space';

/** A mixture of bets on several effects, each followed from look to look. Plain JSON. */
export type Mixture = {
  /** How many looks were taken. */
  readonly looks: number;
  /** ln of the capital of each bet, in the order of the grid. */
  readonly logs: readonly number[];
};

/** Bets that may begin late: a share `w0` at the start, the rest evenly at each of the looks until the horizon. */
export type Onset = { readonly w0: number; readonly horizonLooks: number };

/** The mixture before the first look. */
export function startMixture(bets: number, onset: Onset | null): Mixture {
  return { looks: 0, logs: Array.from({ length: bets }, () => (onset === null ? 0 : Math.log(onset.w0))) };
}

/**
 * The mixture after one more look, which gave each bet a log-gain. With an onset each bet first gets its share of this look:
 * A ← (A + π) e^gain, π = (1 − w0) ÷ horizonLooks until the horizon, and nothing after it.
 */
export function growMixture(mixture: Mixture, gains: readonly number[], onset: Onset | null): Mixture {
  const share = onset === null || mixture.looks >= onset.horizonLooks || onset.w0 >= 1 ? -Infinity : Math.log((1 - onset.w0) / onset.horizonLooks);
  return { looks: mixture.looks + 1, logs: mixture.logs.map((log, index) => logAdd(log, share) + (gains[index] ?? 0)) };
}

/** ln of the evidence: the mean of all bets, and what an onset has not bet yet. */
export function logEvidence(mixture: Mixture, onset: Onset | null): number {
  const bets = logMean(mixture.logs);
  if (onset === null || mixture.looks >= onset.horizonLooks) return bets;
  return logAdd(bets, Math.log(1 - onset.w0 - (mixture.looks * (1 - onset.w0)) / onset.horizonLooks));
}
