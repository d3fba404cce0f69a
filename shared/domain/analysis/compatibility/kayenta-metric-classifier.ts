import { commonLanguageEffect, meanOf, meanRatio } from '#domain/analysis/compatibility/descriptive-statistics';
import { addGaussianNoise } from '#domain/analysis/compatibility/gaussian-noise';
import { mannWhitneyShift } from '#domain/analysis/compatibility/mann-whitney';

/** What Kayenta says of a metric. */
export type KayentaLabel = 'Pass' | 'High' | 'Low' | 'Nodata' | 'NodataFailMetric' | 'Error';

/** A metric's label; `deviation` is the ratio of the means, NaN where a mean is 0. */
export type KayentaClassification = { readonly label: KayentaLabel; readonly isCritical: boolean; readonly deviation: number; readonly reason: string };

/** The settings of the classifier; thresholds are ratios of means, or shares of pairs for `cles`. */
export type ClassifierSettings = {
  readonly direction: 'increase' | 'decrease' | 'either';
  readonly nanStrategy: 'remove' | 'replace';
  readonly isCritical: boolean;
  readonly mustHaveData: boolean;
};

export type MannWhitneySettings = ClassifierSettings & {
  readonly tolerance: number;
  readonly confidence: number;
  readonly measure: 'meanRatio' | 'cles';
  readonly allowed: { readonly decrease: number; readonly increase: number };
  readonly critical: { readonly decrease: number; readonly increase: number };
};

type Arms = { readonly experiment: readonly number[]; readonly control: readonly number[] };

/** Constant arms that differ get noise of this share of their value, so that their ranks are not all tied. */
const NOISE_SHARE = 1e-5;

/**
 * Kayenta's classification by the Mann-Whitney test: High (or Low) where the interval of the shift lies beyond a share of its estimate, and
 * the effect is large enough. Source: spinnaker/kayenta a69573be, MannWhitneyClassifier. @throws AllTiedError
 */
export function classifyByMannWhitney(arms: Arms, settings: MannWhitneySettings): KayentaClassification {
  const early = withoutData(arms, settings) ?? withoutDifference(arms);
  if (early !== undefined) return early;
  const isConstant = distinct(arms.experiment) === 1 && distinct(arms.control) === 1;
  const noisy = (values: readonly number[]) => (isConstant ? addGaussianNoise(values, 0, (values[0] ?? 0) * NOISE_SHARE) : values);
  const [experiment, control] = [noisy(arms.experiment), noisy(arms.control)];
  const shift = mannWhitneyShift(experiment, control, settings.confidence);
  const deviation = meanRatio(experiment, control);
  const effect = settings.measure === 'cles' ? commonLanguageEffect(experiment, control) : deviation;
  const bound = settings.tolerance * Math.abs(shift.estimate);
  // An effect that cannot be computed counts as large enough.
  const isAbove = (threshold: number) => Number.isNaN(effect) || effect >= threshold;
  const isBelow = (threshold: number) => Number.isNaN(effect) || effect <= threshold;
  if (settings.direction !== 'decrease' && shift.low > bound && isAbove(settings.allowed.increase)) return { label: 'High', isCritical: settings.isCritical && isAbove(settings.critical.increase), deviation, reason: 'was classified as High' };
  if (settings.direction !== 'increase' && shift.high < -bound && isBelow(settings.allowed.decrease)) return { label: 'Low', isCritical: settings.isCritical && isBelow(settings.critical.decrease), deviation, reason: 'was classified as Low' };
  return { label: 'Pass', isCritical: false, deviation, reason: 'shows no difference that counts' };
}

/** Kayenta's plain comparison of the means, which it keeps for benchmarks. Source: the same, MeanInequalityClassifier. */
export function classifyByMean(arms: Arms, settings: ClassifierSettings): KayentaClassification {
  const early = withoutData(arms, settings);
  if (early !== undefined) return early;
  const [experiment, control] = [meanOf(arms.experiment), meanOf(arms.control)];
  if (settings.direction !== 'decrease' && experiment > control) return { label: 'High', isCritical: settings.isCritical, deviation: experiment / control, reason: 'has the greater mean' };
  if (settings.direction !== 'increase' && experiment < control) return { label: 'Low', isCritical: settings.isCritical, deviation: experiment / control, reason: 'has the lesser mean' };
  return { label: 'Pass', isCritical: false, deviation: 1, reason: 'has the same mean' };
}

function withoutData({ experiment, control }: Arms, settings: ClassifierSettings): KayentaClassification | undefined {
  if (experiment.length > 0 && control.length > 0) return undefined;
  if (settings.nanStrategy === 'replace') return { label: 'Pass', isCritical: false, deviation: 1, reason: 'has no data, which is taken as 0' };
  if (settings.mustHaveData && !settings.isCritical) return { label: 'NodataFailMetric', isCritical: false, deviation: 1, reason: 'has no data, and must have' };
  return { label: 'Nodata', isCritical: settings.isCritical, deviation: 1, reason: 'has no data' };
}

function withoutDifference({ experiment, control }: Arms): KayentaClassification | undefined {
  const [one, other] = [experiment.toSorted(ascending), control.toSorted(ascending)];
  const isSame = one.length === other.length && one.every((value, index) => value === other[index]);
  if (!isSame && distinct([...experiment, ...control]) > 1) return undefined;
  return { label: 'Pass', isCritical: false, deviation: 1, reason: 'is the same on both sides' };
}

function ascending(one: number, other: number): number {
  return one - other;
}

function distinct(values: readonly number[]): number {
  return new Set(values).size;
}
