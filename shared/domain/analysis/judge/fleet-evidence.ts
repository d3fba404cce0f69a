import { logMean } from '#domain/analysis/statistics/log-space';

/** The evidence of several targets or waves as one, in natural logarithms. */
export type FleetEvidence = {
  /** For targets that fail independently of each other: a small regression everywhere adds up. */
  readonly product: number;
  /** For targets that depend on each other in any way: a large regression somewhere is seen. */
  readonly mean: number;
  /** Half of each: what a fleet is judged by. It is an e-value where the product is one. */
  readonly mixture: number;
};

/** Combines one process per target. Source: Vovk & Wang, "E-values: Calibration, combination and applications", Ann. Statist. 49(3), 2021. */
export function fleetEvidence(logs: readonly number[]): FleetEvidence {
  if (logs.length === 0) return { product: 0, mean: 0, mixture: 0 };
  const product = logs.reduce((sum, one) => sum + one, 0);
  const mean = logMean(logs);
  return { product, mean, mixture: logMean([product, mean]) };
}

/** The targets to roll back by themselves: of n, those whose evidence reaches n/α (Bonferroni), so that a good one is hit with probability α at most over all. */
export function targetsToRollBack(targets: readonly { readonly target: string; readonly log: number }[], alpha: number): readonly string[] {
  const needed = Math.log(targets.length / alpha);
  return targets.filter(({ log }) => log >= needed).map(({ target }) => target);
}
