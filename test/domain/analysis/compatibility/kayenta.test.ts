import { describe, expect, it } from 'vitest';

import { cohensD, commonLanguageEffect, meanRatio, outliersByDeviation, outliersByQuartiles, percentile, summarize, withoutOutliers } from '#domain/analysis/compatibility/descriptive-statistics';
import { addGaussianNoise } from '#domain/analysis/compatibility/gaussian-noise';
import { classifyByMannWhitney, classifyByMean } from '#domain/analysis/compatibility/kayenta-metric-classifier';
import { kayentaScore } from '#domain/analysis/compatibility/kayenta-score';
import { mannWhitneyShift, shiftRange, wilcoxonDifference } from '#domain/analysis/compatibility/mann-whitney';
import { normalQuantile } from '#domain/analysis/statistics/special-functions';
import { hasShared } from '#test/shared-data';

import { readKayentaCases } from './kayenta-cases.ts';
import type { KayentaCase, ShiftCase, StatisticCase } from './kayenta-cases.ts';

const cases = hasShared('conformance/kayenta-cases.json') ? readKayentaCases() : [];

describe.skipIf(cases.length === 0)('the compatibility judge for Kayenta, by Kayenta\'s own cases', () => {
  it('finds all of them', () => {
    expect(cases).toHaveLength(87);
  });

  it.each(cases.map((one) => [one.suite, one.name, one] as const))('%s: %s', (_suite, _name, one) => {
    run(one);
  });
});

function run(one: KayentaCase): void {
  switch (one.suite) {
    case 'ClassifierSuite': return classifier(one);
    case 'MannWhitneySuite': return shift(one);
    case 'ScorerSuite': return score(one);
    case 'DetectorSuite': {
      expect(one.detector === 'KSigma' ? outliersByDeviation(one.data, one.factor) : outliersByQuartiles(one.data, one.factor, false)).toEqual(one.expected.outlier);
      return;
    }
    case 'TransformSuite': return transform(one);
    case 'StatisticSuite': return statistic(one);
  }
}

function classifier(one: Extract<KayentaCase, { suite: 'ClassifierSuite' }>): void {
  const shared = { direction: one.direction, nanStrategy: one.nanStrategy, isCritical: one.isCriticalMetric, mustHaveData: false };
  const arms = { experiment: one.experiment, control: one.control };
  const usual = { decrease: 1, increase: 1 };
  const { params } = one;
  const found = params === undefined ? classifyByMean(arms, shared) : classifyByMannWhitney(arms, {
    ...shared, tolerance: params.tolerance, confidence: params.confLevel, measure: params.effectSizeMeasure ?? 'meanRatio', allowed: params.effectSizeThresholds ?? usual, critical: params.criticalThresholds ?? usual,
  });
  const { classification, critical, deviation, reasonNotEmpty } = one.expected;
  if (classification !== undefined) expect(found.label).toBe(classification);
  if (critical !== undefined) expect(found.isCritical).toBe(critical);
  if (deviation !== undefined) expect(found.deviation).toBe(deviation === 'NaN' ? Number.NaN : deviation);
  if (reasonNotEmpty === true) expect(found.reason).not.toBe('');
}

/** An assertion is `expected, what, tolerance`; expected and what may be names of constants of the case. */
function shift(one: ShiftCase): void {
  const [x, y] = [one.x ?? one.experiment ?? one.experimentData ?? [], one.y ?? one.control ?? one.controlData ?? []];
  const found = one.name === 'Mann-Whitney Intermediate Values / Variables' ? intermediate(x, y, one.confidenceLevel) : valuesOf(one, x, y);
  for (const assertion of one.assertions) {
    const [expected = '', what = '', tolerance = ''] = assertion.split(/, (?![^(]*\))/);
    const value = found[what];
    expect(value, assertion).toBeDefined();
    expect(Math.abs((value ?? Number.NaN) - (one.constants[expected] ?? Number(expected))), assertion).toBeLessThanOrEqual(tolerance === 'E' ? one.E : Number(tolerance));
  }
}

function valuesOf(one: ShiftCase, x: readonly number[], y: readonly number[]): Readonly<Record<string, number>> {
  if (one.name === 'Test zQuant') return { zQuant: normalQuantile((1 - 0.98) / 2) };
  if (one.name === 'Wilcoxon Diff Function') return { 'mannWhitney.wilcoxonDiff(0, 0, x, y)': wilcoxonDifference(0, 0, x, y), 'mannWhitney.wilcoxonDiff(5, 0, x, y)': wilcoxonDifference(5, 0, x, y) };
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
    fLower1: wilcoxonDifference(lowest, -quantile, x, y), fUpper1: wilcoxonDifference(highest, -quantile, x, y),
    fLower2: wilcoxonDifference(lowest, quantile, x, y), fUpper2: wilcoxonDifference(highest, quantile, x, y),
    ciLower: low, ciUpper: high, estimate,
  };
}

function score({ results, groupWeights, expected }: Extract<KayentaCase, { suite: 'ScorerSuite' }>): void {
  const found = kayentaScore(results.map((one) => ({ name: one.name, label: one.classification, isCritical: one.critical, groups: one.groups, reason: '' })), groupWeights);
  expect(found.score).toBe(expected.summaryScore);
  if (expected.groupScores !== undefined) expect(Object.fromEntries(found.groups.map((one) => [one.name, one.score]))).toEqual(expected.groupScores);
  if (expected.groupScoresSorted !== undefined) expect(found.groups.map((one) => one.score).toSorted((one, other) => one - other)).toEqual(expected.groupScoresSorted);
}

function transform({ op, data, expected }: Extract<KayentaCase, { suite: 'TransformSuite' }>): void {
  switch (op) {
    case 'removeNaNs': expect(data.filter((value) => !Number.isNaN(value))).toEqual(expected.values); return;
    case 'replaceNaNs(0.0)': expect(data.map((value) => (Number.isNaN(value) ? 0 : value))).toEqual(expected.values); return;
    case 'IQR(1.5) removal': expect(withoutOutliers(data, outliersByQuartiles(data, 1.5, false))).toEqual(expected.values); return;
    case 'KSigma(3.0) removal': expect(withoutOutliers(data, outliersByDeviation(data, 3))).toEqual(expected.values); return;
    case 'addGaussianNoise': {
      const { mean, standardDeviation, count } = summarize(addGaussianNoise(data, 1, 1));
      expect(Math.abs(mean - 1)).toBeLessThanOrEqual(0.2);
      expect(Math.abs(standardDeviation - 1)).toBeLessThanOrEqual(0.2);
      expect(count).toBe(data.length);
      return;
    }
    default: throw new Error(`an unknown transformation: ${op}`);
  }
}

/** What each assertion of these cases speaks of, and the value that it says it has. */
function statistic(one: StatisticCase): void {
  const { metric = [], testData = metric, experimentData = [], controlData = [] } = one.arrays;
  const summary = summarize(metric);
  const asScala = `MetricStatistics(${summary.min}, ${summary.max}, ${summary.mean}, ${summary.standardDeviation}, ${summary.count})`;
  const result = one.name.startsWith('CLES') ? commonLanguageEffect(experimentData, controlData) : one.name.includes("Cohen's D") ? cohensD(experimentData, controlData) : meanRatio(experimentData, controlData);
  const found: Readonly<Record<string, number>> = { 'result.min': summary.min, 'result.max': summary.max, 'result.mean': summary.mean, 'result.std': summary.standardDeviation, 'result.count': summary.count, result };
  for (const assertion of one.assertions) {
    if (assertion === 'result === truth') expect(asScala).toBe(one.truth);
    else if (assertion === 'result.isNaN') expect(result).toBeNaN();
    else {
      const [, what = '', value = '', tolerance = '1e-9'] = /^(.*) === \(?([\d.]+)(?: \+- ([\d.e-]+)\))?$/.exec(assertion) ?? [];
      const percent = /^percentile\(\w+, (\d+)\)$/.exec(what)?.[1];
      const is = percent === undefined ? found[what] : percentile(testData, Number(percent));
      expect(Math.abs((is ?? Number.NaN) - Number(value)), assertion).toBeLessThanOrEqual(Number(tolerance));
    }
  }
}
