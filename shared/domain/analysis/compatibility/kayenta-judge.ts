import type { CompatibilityReport, CompatibilityRound } from '#domain/analysis/compatibility/compatibility-report';
import { outliersByQuartiles, replaceNaNs, withoutNaNs, withoutOutliers } from '#domain/analysis/compatibility/descriptive-statistics';
import { classifyByMannWhitney } from '#domain/analysis/compatibility/kayenta-metric-classifier';
import type { KayentaClassification } from '#domain/analysis/compatibility/kayenta-metric-classifier';
import { kayentaScore } from '#domain/analysis/compatibility/kayenta-score';
import type { KayentaScore } from '#domain/analysis/compatibility/kayenta-score';
import { AllTiedError } from '#domain/analysis/compatibility/mann-whitney';
import { looksIn, windowValues } from '#domain/analysis/compatibility/windows';
import type { WindowValue } from '#domain/analysis/compatibility/windows';
import { defaultKayentaMetric } from '#domain/analysis/judge/compatibility-policy';
import type { KayentaMetric } from '#domain/analysis/judge/compatibility-policy';
import type { JudgeInput } from '#domain/analysis/judge/judge-file';
import type { JudgedMetric } from '#domain/analysis/judge/policy';

/** What NetflixACAJudge-v1.0 gives its classifier. */
const TOLERANCE = 0.25;
const CONFIDENCE = 0.98;

/**
 * Kayenta's NetflixACAJudge-v1.0 as its standalone analysis runs it: all values so far are judged at every interval, an interval with a
 * score of at most `marginal` ends it, and the last score decides at the horizon. Metrics without groups are one group together.
 */
export function judgeAsKayenta({ policy, looks }: JudgeInput): CompatibilityReport {
  const { kayenta, lookSeconds } = policy;
  const horizon = Math.ceil(policy.horizonSeconds / lookSeconds);
  const [point, interval] = [looksIn(kayenta.pointSeconds, lookSeconds), looksIn(kayenta.intervalSeconds, lookSeconds)];
  const within = looks.slice(0, horizon);
  const series = policy.metrics.map((metric) => {
    const settings = kayenta.metrics[metric.name] ?? defaultKayentaMetric;
    return { metric, settings, values: windowValues(within, metric, { looks: point, level: settings.level }) };
  });
  const rounds: CompatibilityRound[] = [];
  const said = (verdict: CompatibilityReport['verdict'], look: number, reason: string): CompatibilityReport => ({ judge: 'kayenta', fixedHorizon: true, verdict, look, reason, looks: rounds });
  for (let look = interval; look <= within.length; look += interval) {
    const results = series.filter(({ settings }) => !settings.muted).map(({ metric, settings, values }) => ({ groups: settings.groups.length > 0 ? settings.groups : ['metrics'], ...classify(metric, settings, values.slice(0, Math.floor(look / point))) }));
    const score = kayentaScore(results, kayenta.groupWeights);
    rounds.push({ look, metrics: Object.fromEntries(results.map((one) => [one.name, one.label])), result: String(score.score) });
    if (score.score <= kayenta.marginal) return said('Failed', look, `${inWords(score, results)}, at most the marginal ${kayenta.marginal}`);
    if (look + interval > horizon) return score.score >= kayenta.pass ? said('Successful', look, `${inWords(score, results)}, at least the ${kayenta.pass} needed`) : said('Failed', look, `${inWords(score, results)}, less than the ${kayenta.pass} needed`);
  }
  return said('Continue', within.length, `the next judgement is at look ${(rounds.length + 1) * interval}`);
}

type Result = KayentaClassification & { readonly name: string };

/** Labels one metric by Kayenta's rules: values that are no numbers and outliers are handled first, in this order. */
export function classifyForKayenta(arms: { readonly experiment: readonly number[]; readonly control: readonly number[] }, settings: KayentaMetric): KayentaClassification {
  const clean = (values: readonly number[]) => {
    const numbers = settings.nanStrategy === 'remove' ? withoutNaNs(values) : replaceNaNs(values, 0);
    return settings.outliers.strategy === 'remove' ? withoutOutliers(numbers, outliersByQuartiles(numbers, settings.outliers.outlierFactor, true)) : numbers;
  };
  const { measure, allowedIncrease, allowedDecrease, criticalIncrease, criticalDecrease } = settings.effectSize;
  const usual = measure === 'cles' ? 0.5 : 1;
  try {
    return classifyByMannWhitney({ experiment: clean(arms.experiment), control: clean(arms.control) }, {
      direction: settings.direction, nanStrategy: settings.nanStrategy, isCritical: settings.critical, mustHaveData: settings.mustHaveData, tolerance: TOLERANCE, confidence: CONFIDENCE, measure,
      allowed: { increase: allowedIncrease ?? usual, decrease: allowedDecrease ?? usual },
      critical: { increase: criticalIncrease ?? usual, decrease: criticalDecrease ?? usual },
    });
  } catch (error) {
    if (!(error instanceof AllTiedError)) throw error;
    return { label: 'Error', isCritical: false, deviation: Number.NaN, reason: error.message };
  }
}

function classify(metric: JudgedMetric, settings: KayentaMetric, values: readonly WindowValue[]): Result {
  return { name: metric.name, ...classifyForKayenta({ experiment: values.map((one) => one.canary), control: values.map((one) => one.stable) }, settings) };
}

function inWords(score: KayentaScore, results: readonly Result[]): string {
  const objections = results.filter((one) => one.label !== 'Pass').map((one) => `${one.name} ${one.label}`);
  return `score ${score.score}${score.reason === null ? '' : ` because ${score.reason}`}${objections.length === 0 ? '' : ` (${objections.join(', ')})`}`;
}
