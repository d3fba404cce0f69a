import type { Onset } from '#domain/analysis/statistics/mixture';

/** How evidence is weighed, for all metrics of a policy alike. */
export type EvidenceSettings = {
  /** ln(1/α): FAIL is said when its evidence reaches this. */
  readonly logAlpha: number;
  /** ln(1/β): PASS is said when its evidence reaches this. */
  readonly logBeta: number;
  /** The share of the needed evidence that one look can give at most; `null` for no limit. */
  readonly capFraction: number | null;
  /** Over-dispersion: all gains are divided by it; at least 1. */
  readonly phi: number;
  /** Late beginnings of a regression, for FAIL only; `null` for none. */
  readonly onset: Onset | null;
  /** Whether the interval of the ratio is followed too: most of the work, and nothing that a verdict needs. */
  readonly hasIntervals: boolean;
};

/** A log-gain as it counts: tempered, then capped. Both only make evidence weaker. */
export function countedGain(gain: number, needed: number, settings: EvidenceSettings): number {
  const tempered = gain / settings.phi;
  return settings.capFraction === null ? tempered : Math.min(settings.capFraction * needed, tempered);
}
