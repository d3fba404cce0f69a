import { brentRoot } from '#domain/analysis/compatibility/brent';
import { normalQuantile } from '#domain/analysis/statistics/special-functions';

/** By how much the values of x lie above those of y: an interval, and its Hodges-Lehmann-like estimate. */
export type ShiftEstimate = { readonly low: number; readonly high: number; readonly estimate: number };

/** The observations cannot be ranked: all are the same. Kayenta calls such a metric an Error. */
export class AllTiedError extends Error {
  constructor() {
    super('cannot compute a confidence interval when all observations are tied');
    this.name = 'AllTiedError';
  }
}

/**
 * The confidence interval of a shift between two samples by the Mann-Whitney test with normal approximation and corrections for ties and
 * continuity, as Kayenta computes it. Its root finder stops at an absolute 10⁻⁴, which makes it depend on the unit of the values.
 * Source: spinnaker/kayenta a69573be, kayenta-mannwhitney; after wilcox.test of R.
 * @throws AllTiedError
 */
export function mannWhitneyShift(x: readonly number[], y: readonly number[], confidence: number): ShiftEstimate {
  const { lowest, highest } = shiftRange(x, y);
  const quantile = normalQuantile((1 - confidence) / 2);
  const bounded = (target: number): number => {
    const [atLowest, atHighest] = [wilcoxonDifference({ shift: lowest, quantile: target }, x, y), wilcoxonDifference({ shift: highest, quantile: target }, x, y)];
    if (atLowest <= 0) return lowest;
    if (atHighest >= 0) return highest;
    return root(x, y, target);
  };
  return { low: bounded(-quantile), high: bounded(quantile), estimate: root(x, y, 0) };
}

/** The smallest and the largest shift that any pair of observations has. */
export function shiftRange(x: readonly number[], y: readonly number[]): { readonly lowest: number; readonly highest: number } {
  return { lowest: Math.min(...x) - Math.max(...y), highest: Math.max(...x) - Math.min(...y) };
}

/** The standardized rank sum of x moved down by a shift, less a quantile. @throws AllTiedError */
export function wilcoxonDifference({ shift, quantile }: { readonly shift: number; readonly quantile: number }, x: readonly number[], y: readonly number[]): number {
  const [m, n] = [x.length, y.length];
  const { ranks, ties } = averageRanks([...x.map((value) => value - shift), ...y]);
  const excess = ranks.slice(0, m).reduce((sum, rank) => sum + rank, 0) - (m * (m + 1)) / 2 - (m * n) / 2;
  const variance = ((m * n) / 12) * (m + n + 1 - ties.reduce((sum, size) => sum + size ** 3 - size, 0) / ((m + n) * (m + n - 1)));
  if (variance === 0) throw new AllTiedError();
  return (excess - Math.sign(excess) * 0.5) / Math.sqrt(variance) - quantile;
}

/** Ranks from 1, equal values sharing the mean of theirs, and the sizes of all groups of equal values. */
export function averageRanks(values: readonly number[]): { readonly ranks: readonly number[]; readonly ties: readonly number[] } {
  const order = values.map((value, index) => ({ value, index })).toSorted((one, other) => one.value - other.value);
  const ranks = values.map(() => 0);
  const ties: number[] = [];
  for (let start = 0; start < order.length;) {
    const value = order[start]?.value;
    let end = start;
    while (end < order.length && order[end]?.value === value) end += 1;
    for (const one of order.slice(start, end)) ranks[one.index] = (start + 1 + end) / 2;
    ties.push(end - start);
    start = end;
  }
  return { ranks, ties };
}

function root(x: readonly number[], y: readonly number[], target: number): number {
  const { lowest, highest } = shiftRange(x, y);
  return brentRoot((shift) => wilcoxonDifference({ shift, quantile: target }, x, y), lowest, highest);
}
