import { averageRanks } from '#domain/analysis/compatibility/mann-whitney';

/** The usual figures of a sample; all 0 of an empty one. */
export type SampleSummary = { readonly min: number; readonly max: number; readonly mean: number; readonly standardDeviation: number; readonly count: number };

/** The figures of a sample; the standard deviation has n − 1, and is 0 of one value. */
export function summarize(values: readonly number[]): SampleSummary {
  if (values.length === 0) return { min: 0, max: 0, mean: 0, standardDeviation: 0, count: 0 };
  return { min: Math.min(...values), max: Math.max(...values), mean: meanOf(values), standardDeviation: Math.sqrt(sumOfSquares(values) / Math.max(1, values.length - 1)), count: values.length };
}

/** The mean, corrected once for rounding as Commons Math does; NaN of nothing. */
export function meanOf(values: readonly number[]): number {
  const first = values.reduce((sum, one) => sum + one, 0) / values.length;
  return first + values.reduce((sum, one) => sum + (one - first), 0) / values.length;
}

/** The percentile of type R-7, by linear interpolation; NaN of nothing. Source: Hyndman & Fan, The American Statistician 50(4), 1996. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const position = (percent / 100) * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(position)] ?? Number.NaN, sorted[Math.ceil(position)] ?? Number.NaN];
  return below + (position - Math.floor(position)) * (above - below);
}

/** How often the one mean is of the other; NaN where either is 0. */
export function meanRatio(experiment: readonly number[], control: readonly number[]): number {
  const [top, bottom] = [meanOf(experiment), meanOf(control)];
  return top === 0 || bottom === 0 ? Number.NaN : top / bottom;
}

/** The difference of the means in pooled standard deviations. Source: J. Cohen, Statistical Power Analysis, 1988. */
export function cohensD(experiment: readonly number[], control: readonly number[]): number {
  const pooled = Math.sqrt((sumOfSquares(experiment) + sumOfSquares(control)) / (experiment.length + control.length - 2));
  return Math.abs(meanOf(experiment) - meanOf(control)) / pooled;
}

/** The share of pairs in which the experiment's value is the higher one, ties as half. Source: Vargha & Delaney, J. Educ. Behav. Stat. 25(2), 2000. */
export function commonLanguageEffect(experiment: readonly number[], control: readonly number[]): number {
  const [m, n] = [experiment.length, control.length];
  const ranks = averageRanks([...experiment, ...control]).ranks.slice(0, m).reduce((sum, rank) => sum + rank, 0);
  return (2 * ranks - m * (m + 1)) / (2 * n * m);
}

/** Which values lie outside Tukey's fences; with `isInsensitive` the fences are at least the first and the 99th percentile. */
export function outliersByQuartiles(values: readonly number[], factor: number, isInsensitive: boolean): readonly boolean[] {
  const [lower, upper] = [percentile(values, 25), percentile(values, 75)];
  const reach = factor * (upper - lower);
  const low = isInsensitive ? Math.min(percentile(values, 1), lower - reach) : lower - reach;
  const high = isInsensitive ? Math.max(percentile(values, 99), upper + reach) : upper + reach;
  return values.map((value) => value > high || value < low);
}

/** Which values are further from the mean than so many (population) standard deviations. */
export function outliersByDeviation(values: readonly number[], factor: number): readonly boolean[] {
  const deviation = Math.sqrt(sumOfSquares(values) / values.length);
  return values.map((value) => Math.abs(value - meanOf(values)) > factor * deviation);
}

/** The values without those that are no numbers. */
export function withoutNaNs(values: readonly number[]): readonly number[] {
  return values.filter((value) => !Number.isNaN(value));
}

/** The values with another one in the place of those that are no numbers. */
export function replaceNaNs(values: readonly number[], by: number): readonly number[] {
  return values.map((value) => (Number.isNaN(value) ? by : value));
}

/** The values without those that are marked. */
export function withoutOutliers(values: readonly number[], outliers: readonly boolean[]): readonly number[] {
  return values.filter((_, index) => outliers[index] !== true);
}

function sumOfSquares(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, one) => sum + (one - mean) ** 2, 0);
}
