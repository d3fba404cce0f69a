import { assessAtHorizon, assessRun } from '#domain/analysis/assess-run';
import type { RunAssessment, RunMetric } from '#domain/analysis/assess-run';
import type { CompatibilityReport, CompatibilityRound } from '#domain/analysis/compatibility/compatibility-report';
import { looksIn, windowValues } from '#domain/analysis/compatibility/windows';
import type { WindowValue } from '#domain/analysis/compatibility/windows';
import { classifyMeasurement } from '#domain/analysis/condition';
import type { Conditions } from '#domain/analysis/condition';
import { defaultArgoMetric } from '#domain/analysis/judge/compatibility-policy';
import type { ArgoMetric } from '#domain/analysis/judge/compatibility-policy';
import type { JudgeInput } from '#domain/analysis/judge/judge-file';
import type { JudgeVerdict } from '#domain/analysis/judge/judgement';
import type { JudgedMetric } from '#domain/analysis/judge/policy';
import { NO_MEASUREMENTS, countMeasurement } from '#domain/analysis/threshold';

type Measured = { readonly metric: JudgedMetric; readonly settings: ArgoMetric; readonly conditions: Conditions; readonly values: readonly WindowValue[] };

/** Argo Rollouts' AnalysisRun: one measurement of each metric per interval until the horizon, judged by counters. A window without data is an error of its measurement. */
export function judgeAsArgo({ policy, looks }: JudgeInput): CompatibilityReport {
  const interval = looksIn(policy.argo.intervalSeconds, policy.lookSeconds);
  const horizon = Math.ceil(policy.horizonSeconds / policy.lookSeconds);
  const within = looks.slice(0, horizon);
  const measured = policy.metrics.map((metric): Measured => {
    const settings = policy.argo.metrics[metric.name] ?? defaultArgoMetric;
    return { metric, settings, conditions: conditionsOf(metric, settings), values: windowValues(within, metric, { looks: interval, level: settings.level }) };
  });
  let run: readonly RunMetric[] = measured.map(({ metric, settings }) => ({ name: metric.name, limits: { intervalSeconds: policy.argo.intervalSeconds, failureLimit: settings.failureLimit, inconclusiveLimit: settings.inconclusiveLimit, consecutiveErrorLimit: settings.consecutiveErrorLimit, consecutiveSuccessLimit: settings.consecutiveSuccessLimit }, counters: NO_MEASUREMENTS }));
  const rounds: CompatibilityRound[] = [];
  const said = (assessment: Pick<RunAssessment, 'phase' | 'reason'>, look: number): CompatibilityReport => ({ judge: 'argo', fixedHorizon: true, verdict: verdictOf(assessment.phase), look, reason: assessment.reason, looks: rounds });
  for (let round = 0; (round + 1) * interval <= within.length; round += 1) {
    const look = (round + 1) * interval;
    const phases = measured.map((one) => measure(one, round));
    run = run.map((metric, index) => ({ ...metric, counters: countMeasurement(metric.counters, phases[index] ?? 'Error') }));
    const isLast = look + interval > horizon;
    const assessment = isLast ? assessAtHorizon(run) : assessRun(run, false);
    rounds.push({ look, metrics: Object.fromEntries(measured.map(({ metric }, index) => [metric.name, phases[index] ?? 'Error'])), result: assessment.phase });
    if (assessment.phase !== 'Running') return said(assessment, look);
  }
  return said(assessRun(run, false), within.length);
}

function measure({ metric, settings, conditions, values }: Measured, round: number) {
  const at = values[round] ?? { canary: Number.NaN, stable: Number.NaN };
  const value = compared(at, settings.value ?? defaultsOf(metric).value);
  return classifyMeasurement(Number.isNaN(value) ? { kind: 'error', reason: 'no data' } : { kind: 'value', value }, conditions).phase;
}

function compared({ canary, stable }: WindowValue, value: NonNullable<ArgoMetric['value']>): number {
  switch (value) {
    case 'canary': return canary;
    case 'stable': return stable;
    case 'difference': return canary - stable;
    case 'ratio': return canary / stable;
  }
}

function conditionsOf(metric: JudgedMetric, { success, failure }: ArgoMetric): Conditions {
  return success === undefined && failure === undefined ? defaultsOf(metric).conditions : { success, failure };
}

/** What a metric without settings fails by: more than 1 % of bad requests, a p95 of more than 1.2 times stable's, twice its rate, or a mean ln 1.2 above its. */
function defaultsOf(metric: JudgedMetric): { readonly value: NonNullable<ArgoMetric['value']>; readonly conditions: Conditions } {
  switch (metric.kind) {
    case 'ratio': return { value: 'canary', conditions: { failure: { op: '>', value: 0.01 } } };
    case 'distribution': return { value: 'ratio', conditions: { failure: { op: '>', value: 1.2 } } };
    case 'rate': return { value: 'ratio', conditions: { failure: { op: '>', value: 2 } } };
    case 'mean': return { value: 'difference', conditions: { failure: { op: '>', value: Math.log(1.2) } } };
  }
}

/** An error of the source is no verdict on the canary. */
function verdictOf(phase: RunAssessment['phase']): JudgeVerdict {
  switch (phase) {
    case 'Running': return 'Continue';
    case 'Error': return 'Inconclusive';
    case 'Successful':
    case 'Failed':
    case 'Inconclusive': return phase;
  }
}
