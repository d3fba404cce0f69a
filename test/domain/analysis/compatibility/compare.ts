import { cohensD, commonLanguageEffect, meanRatio, outliersByDeviation, outliersByQuartiles, percentile, replaceNaNs, summarize, withoutNaNs, withoutOutliers } from '#domain/analysis/compatibility/descriptive-statistics';
import { addGaussianNoise } from '#domain/analysis/compatibility/gaussian-noise';
import { classifyByMannWhitney, classifyByMean } from '#domain/analysis/compatibility/kayenta-metric-classifier';
import { kayentaScore } from '#domain/analysis/compatibility/kayenta-score';
import { mannWhitneyShift, shiftRange, wilcoxonDifference } from '#domain/analysis/compatibility/mann-whitney';
import { normalQuantile } from '#domain/analysis/statistics/special-functions';

import type { KayentaCase, ShiftCase, StatisticCase } from './kayenta-cases.ts';

/** One statement of a case: what is found, and what Kayenta expects, exactly or within a tolerance. */
export type Comparison = { readonly what: string; readonly found: unknown; readonly expected: unknown; readonly tolerance?: number };

/** Whether what is found is what is expected. */
export function agrees({ found, expected, tolerance }: Comparison): boolean {
  if (tolerance !== undefined && typeof found === 'number' && typeof expected === 'number') return Math.abs(found - expected) <= tolerance;
  return Object.is(found, expected) || JSON.stringify([found]) === JSON.stringify([expected]);
}

/** Runs one case of Kayenta, and gives all that it states. */
export function comparisonsOf(one: KayentaCase): readonly Comparison[] {
  switch (one.suite) {
    case 'ClassifierSuite': return classifier(one);
    case 'MannWhitneySuite': return shift(one);
    case 'ScorerSuite': return score(one);
    case 'DetectorSuite': return [{ what: 'outliers', found: one.detector === 'KSigma' ? outliersByDeviation(one.data, one.factor) : outliersByQuartiles(one.data, one.factor, false), expected: one.expected.outlier }];
    case 'TransformSuite': return transform(one);
    case 'StatisticSuite': return statistic(one);
  }
}

function classifier(one: Extract<KayentaCase, { suite: 'ClassifierSuite' }>): readonly Comparison[] {
  const shared = { direction: one.direction, nanStrategy: one.nanStrategy, isCritical: one.isCriticalMetric, mustHaveData: false };
  const arms = { experiment: one.experiment, control: one.control };
  const usual = { decrease: 1, increase: 1 };
  const { params, expected } = one;
  const found = params === undefined ? classifyByMean(arms, shared) : classifyByMannWhitney(arms, {
    ...shared, tolerance: params.tolerance, confidence: params.confLevel, measure: params.effectSizeMeasure ?? 'meanRatio', allowed: params.effectSizeThresholds ?? usual, critical: params.criticalThresholds ?? usual,
  });
  const all: readonly Comparison[] = [
    { what: 'label', found: found.label, expected: expected.classification },
    { what: 'critical', found: found.isCritical, expected: expected.critical },
    { what: 'deviation', found: found.deviation, expected: expected.deviation === 'NaN' ? Number.NaN : expected.deviation },
    { what: 'has a reason', found: found.reason !== '', expected: expected.reasonNotEmpty },
  ];
  return all.filter((comparison) => comparison.expected !== undefined);
}

/** An assertion is `expected, what, tolerance`; expected may be the name of a constant of the case. */
function shift(one: ShiftCase): readonly Comparison[] {
  const [x, y] = [one.x ?? one.experiment ?? one.experimentData ?? [], one.y ?? one.control ?? one.controlData ?? []];
  const found = one.name === 'Mann-Whitney Intermediate Values / Variables' ? intermediate(x, y, one.confidenceLevel) : valuesOf(one, x, y);
  return one.assertions.map((assertion) => {
    const [expected = '', what = '', tolerance = ''] = assertion.split(/, (?![^(]*\))/);
    return { what: assertion, found: found[what] ?? Number.NaN, expected: one.constants[expected] ?? Number(expected), tolerance: tolerance === 'E' ? one.E : Number(tolerance) };
  });
}

function valuesOf(one: ShiftCase, x: readonly number[], y: readonly number[]): Readonly<Record<string, number>> {
  if (one.name === 'Test zQuant') return { zQuant: normalQuantile((1 - 0.98) / 2) };
  if (one.name === 'Wilcoxon Diff Function') return { 'mannWhitney.wilcoxonDiff(0, 0, x, y)': wilcoxonDifference({ shift: 0, quantile: 0 }, x, y), 'mannWhitney.wilcoxonDiff(5, 0, x, y)': wilcoxonDifference({ shift: 5, quantile: 0 }, x, y) };
  const { low, high, estimate } = mannWhitneyShift(x, y, one.confidenceLevel);
  return { 'result.confidenceInterval.head': low, 'result.confidenceInterval.last': high, 'result.estimate': estimate };
}

/** In this case of Kayenta "lower" is the search for the positive quantile. */
function intermediate(x: readonly number[], y: readonly number[], confidence: number): Readonly<Record<string, number>> {
  const quantile = normalQuantile((1 - confidence) / 2);
  const { lowest, highest } = shiftRange(x, y);
  const { low, high, estimate } = mannWhitneyShift(x, y, confidence);
  return {
    muMin: lowest, muMax: highest, zqLower: -quantile, zqUpper: quantile,
    fLower1: wilcoxonDifference({ shift: lowest, quantile: -quantile }, x, y), fUpper1: wilcoxonDifference({ shift: highest, quantile: -quantile }, x, y),
    fLower2: wilcoxonDifference({ shift: lowest, quantile: quantile }, x, y), fUpper2: wilcoxonDifference({ shift: highest, quantile: quantile }, x, y),
    ciLower: low, ciUpper: high, estimate,
  };
}

function score({ results, groupWeights, expected }: Extract<KayentaCase, { suite: 'ScorerSuite' }>): readonly Comparison[] {
  const found = kayentaScore(results.map((one) => ({ name: one.name, label: one.classification, isCritical: one.critical, groups: one.groups, reason: '' })), groupWeights);
  const all: readonly Comparison[] = [
    { what: 'score', found: found.score, expected: expected.summaryScore },
    { what: 'scores of groups', found: Object.fromEntries(found.groups.map((one) => [one.name, one.score])), expected: expected.groupScores },
    { what: 'sorted scores', found: found.groups.map((one) => one.score).toSorted((one, other) => one - other), expected: expected.groupScoresSorted },
  ];
  return all.filter((comparison) => comparison.expected !== undefined);
}

function transform({ op, data, expected }: Extract<KayentaCase, { suite: 'TransformSuite' }>): readonly Comparison[] {
  const same = (found: readonly number[]): readonly Comparison[] => [{ what: op, found, expected: expected.values }];
  switch (op) {
    case 'removeNaNs': return same(withoutNaNs(data));
    case 'replaceNaNs(0.0)': return same(replaceNaNs(data, 0));
    case 'IQR(1.5) removal': return same(withoutOutliers(data, outliersByQuartiles(data, 1.5, false)));
    case 'KSigma(3.0) removal': return same(withoutOutliers(data, outliersByDeviation(data, 3)));
    case 'addGaussianNoise': {
      const { mean, standardDeviation, count } = summarize(addGaussianNoise(data, 1, 1));
      return [{ what: 'mean', found: mean, expected: 1, tolerance: 0.2 }, { what: 'deviation', found: standardDeviation, expected: 1, tolerance: 0.2 }, { what: 'length', found: count, expected: data.length }];
    }
    default: throw new Error(`an unknown transformation: ${op}`);
  }
}

function statistic(one: StatisticCase): readonly Comparison[] {
  const { metric = [], testData = metric, experimentData = [], controlData = [] } = one.arrays;
  const summary = summarize(metric);
  const asScala = `MetricStatistics(${summary.min}, ${summary.max}, ${summary.mean}, ${summary.standardDeviation}, ${summary.count})`;
  const result = one.name.startsWith('CLES') ? commonLanguageEffect(experimentData, controlData) : one.name.includes("Cohen's D") ? cohensD(experimentData, controlData) : meanRatio(experimentData, controlData);
  const named: Readonly<Record<string, number>> = { 'result.min': summary.min, 'result.max': summary.max, 'result.mean': summary.mean, 'result.std': summary.standardDeviation, 'result.count': summary.count, result };
  return one.assertions.map((assertion): Comparison => {
    if (assertion === 'result === truth') return { what: assertion, found: asScala, expected: one.truth };
    if (assertion === 'result.isNaN') return { what: assertion, found: result, expected: Number.NaN };
    const [, what = '', value = 'none', tolerance = '1e-9'] = /^(.*) === \(?([\d.]+)(?: \+- ([\d.e-]+)\))?$/.exec(assertion) ?? [];
    const percent = /^percentile\(\w+, (\d+)\)$/.exec(what)?.[1];
    return { what: assertion, found: (percent === undefined ? named[what] : percentile(testData, Number(percent))) ?? Number.NaN, expected: Number(value), tolerance: Number(tolerance) };
  });
}
