import type { AnalysisPhase, Assessment, MetricCounters, MetricLimits } from '#domain/analysis/threshold';
import { assessMetric } from '#domain/analysis/threshold';

/** One metric of an analysis: its limits, and what was measured. */
export type RunMetric = {
  readonly name: string;
  /** Measured and shown, but never part of the verdict, nor waited for. */
  readonly dryRun?: boolean | undefined;
  readonly limits: MetricLimits;
  readonly counters: MetricCounters;
};

/** An analysis as a whole, and each of its metrics in the order given. */
export type RunAssessment = Assessment & {
  readonly metrics: readonly (Assessment & { readonly name: string; readonly dryRun: boolean })[];
};

/** From best to worst; `analysisStatusOrder` of Argo Rollouts. */
const FROM_BEST_TO_WORST: readonly AnalysisPhase[] = ['Successful', 'Running', 'Inconclusive', 'Error', 'Failed'];

/**
 * Judges a whole analysis: the worst of its metrics, once all are done.
 *
 * A metric that is Failed, in Error or Inconclusive ends the others at once: those still running are then judged as ended. Of equally
 * bad metrics the first gives the reason. An analysis of dry runs alone is Successful when they are done. A metric's counters must not
 * be added to after it is done: its phase is judged from them anew.
 * Source: `assessRunStatus` of Argo Rollouts, which waits for dry runs too; here they hold nothing up.
 */
export function assessRun(metrics: readonly RunMetric[], terminating: boolean): RunAssessment {
  if (metrics.length === 0 && !terminating) return { phase: 'Running', reason: 'no metrics to judge', metrics: [] };
  const first = assessAll(metrics, terminating);
  const isEnded = terminating || deciding(first).some((metric) => metric.phase !== 'Running' && metric.phase !== 'Successful');
  const assessed = isEnded && !terminating ? assessAll(metrics, true) : first;
  return { ...verdictOf(assessed), metrics: assessed };
}

/**
 * Judges a whole analysis that ran until its horizon. As an ended one, but a metric that could not be measured even once is
 * Inconclusive: that nothing was seen is no proof that all is well.
 */
export function assessAtHorizon(metrics: readonly RunMetric[]): RunAssessment {
  const assessed = assessAll(metrics, true).map((metric, index) => {
    const isUnseen = metrics[index]?.counters.count === 0 && metric.phase === 'Successful';
    return isUnseen ? { ...metric, phase: 'Inconclusive' as const, reason: 'no measurement until the horizon' } : metric;
  });
  return { ...verdictOf(assessed), metrics: assessed };
}

function assessAll(metrics: readonly RunMetric[], terminating: boolean): RunAssessment['metrics'] {
  return metrics.map((metric) => ({ name: metric.name, dryRun: metric.dryRun === true, ...assessMetric(metric.counters, metric.limits, terminating) }));
}

/** The metrics that decide: all but dry runs. */
function deciding(metrics: RunAssessment['metrics']): RunAssessment['metrics'] {
  return metrics.filter((metric) => !metric.dryRun);
}

function verdictOf(metrics: RunAssessment['metrics']): Assessment {
  const judged = deciding(metrics);
  if (judged.length === 0) return verdictOfDryRuns(metrics);
  const worst = judged.reduce((left, right) => (rank(right) > rank(left) ? right : left));
  if (worst.phase === 'Successful') return { phase: 'Successful', reason: judged.map(inWords).join('; ') };
  return { phase: worst.phase, reason: inWords(worst) };
}

function verdictOfDryRuns(metrics: RunAssessment['metrics']): Assessment {
  const running = metrics.find((metric) => metric.phase === 'Running');
  if (running !== undefined) return { phase: 'Running', reason: inWords(running) };
  return { phase: 'Successful', reason: metrics.length === 0 ? 'no metrics to judge' : `only dry runs: ${metrics.map(inWords).join('; ')}` };
}

function rank(assessment: Assessment): number {
  return FROM_BEST_TO_WORST.indexOf(assessment.phase);
}

function inWords(metric: RunAssessment['metrics'][number]): string {
  return `${metric.name}: ${metric.reason}`;
}
