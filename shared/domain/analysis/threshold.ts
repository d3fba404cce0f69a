import type { MeasurementPhase } from '#domain/analysis/condition';

/** What was measured of one metric so far. `count` is of measurements that were no errors. */
export type MetricCounters = {
  readonly count: number;
  readonly successful: number;
  readonly failed: number;
  readonly inconclusive: number;
  readonly error: number;
  readonly consecutiveError: number;
  readonly consecutiveSuccess: number;
};

/** The counters before the first measurement. */
export const NO_MEASUREMENTS: MetricCounters = { count: 0, successful: 0, failed: 0, inconclusive: 0, error: 0, consecutiveError: 0, consecutiveSuccess: 0 };

/**
 * How much a metric tolerates. What is missing or null has Argo's default: failureLimit 0, inconclusiveLimit 0, consecutiveErrorLimit 4,
 * consecutiveSuccessLimit off. A limit is exceeded by more than it says, so 2 tolerates 2. failureLimit −1 tolerates any number.
 */
export type MetricLimits = {
  /** How many measurements complete it. Without it: one, or with an interval any number, until it is ended. */
  readonly count?: number | null | undefined;
  /** Whether, and how often, it is measured again. */
  readonly intervalSeconds?: number | null | undefined;
  readonly failureLimit?: number | null | undefined;
  readonly inconclusiveLimit?: number | null | undefined;
  readonly consecutiveErrorLimit?: number | null | undefined;
  /** That many successes in a row complete it as Successful; 0 is off. */
  readonly consecutiveSuccessLimit?: number | null | undefined;
};

/** Where a metric or a whole analysis stands; all but Running are final. */
export type AnalysisPhase = 'Running' | MeasurementPhase;

/** A phase with its reason in words and numbers. */
export type Assessment = { readonly phase: AnalysisPhase; readonly reason: string };

/** The counters after one more measurement. An error ends the successes in a row, but does not count as a measurement. */
export function countMeasurement(counters: MetricCounters, phase: MeasurementPhase): MetricCounters {
  const measured = { ...counters, count: counters.count + 1, consecutiveError: 0, consecutiveSuccess: 0 };
  switch (phase) {
    case 'Successful': return { ...measured, successful: counters.successful + 1, consecutiveSuccess: counters.consecutiveSuccess + 1 };
    case 'Failed': return { ...measured, failed: counters.failed + 1 };
    case 'Inconclusive': return { ...measured, inconclusive: counters.inconclusive + 1 };
    case 'Error': return { ...counters, error: counters.error + 1, consecutiveError: counters.consecutiveError + 1, consecutiveSuccess: 0 };
  }
}

/**
 * Judges one metric by its counters, as `assessMetricStatus` of Argo Rollouts, whose table of results is a test.
 *
 * Too many errors in a row are Error, too many inconclusive measurements Inconclusive, too many failures Failed, in this order of
 * precedence. Then enough successes in a row are Successful. Once all measurements are taken, a metric that wants successes in a row
 * and has them not is Inconclusive, or Failed where failures do not count; every other is Successful. A metric that is ended before
 * (`terminating`) is Successful, since nothing spoke against it.
 */
export function assessMetric(counters: MetricCounters, limits: MetricLimits, terminating: boolean): Assessment {
  const exceeded = exceededLimit(counters, limits);
  if (exceeded !== undefined) return exceeded;
  const wanted = limits.consecutiveSuccessLimit ?? 0;
  const { count, consecutiveSuccess } = counters;
  if (wanted > 0 && consecutiveSuccess >= wanted) return { phase: 'Successful', reason: `${consecutiveSuccess} successes in a row, ${wanted} are enough` };
  if (count >= effectiveCount(limits)) return completed(counters, limits, wanted);
  if (terminating) return { phase: 'Successful', reason: count === 0 ? 'ended before its first measurement' : `ended with ${tally(counters)}, within its limits` };
  return { phase: 'Running', reason: count === 0 && counters.error === 0 ? 'no measurement yet' : `${tally(counters)} so far, within its limits` };
}

/** How many measurements complete a metric: `count`, else one, or any number (Infinity) where it is measured at an interval. */
export function effectiveCount(limits: MetricLimits): number {
  const count = limits.count ?? 0;
  if (count > 0) return count;
  return (limits.intervalSeconds ?? 0) > 0 ? Infinity : 1;
}

function exceededLimit(counters: MetricCounters, limits: MetricLimits): Assessment | undefined {
  const errorLimit = limits.consecutiveErrorLimit ?? 4;
  const inconclusiveLimit = limits.inconclusiveLimit ?? 0;
  const failureLimit = limits.failureLimit ?? 0;
  const { consecutiveError, inconclusive, failed } = counters;
  if (consecutiveError > errorLimit) return { phase: 'Error', reason: `${consecutiveError} errors in a row, more than the ${errorLimit} tolerated` };
  if (inconclusive > inconclusiveLimit) return { phase: 'Inconclusive', reason: `${inconclusive} inconclusive of ${counters.count} measurements, more than the ${inconclusiveLimit} tolerated` };
  if (failureLimit >= 0 && failed > failureLimit) return { phase: 'Failed', reason: `${failed} failed of ${counters.count} measurements, more than the ${failureLimit} tolerated` };
  return undefined;
}

function completed(counters: MetricCounters, limits: MetricLimits, wanted: number): Assessment {
  if (wanted === 0) return { phase: 'Successful', reason: `all ${counters.count} measurements taken: ${tally(counters)}, within its limits` };
  const reason = `all ${counters.count} measurements taken, the last ${counters.consecutiveSuccess} successful in a row, ${wanted} wanted`;
  return { phase: (limits.failureLimit ?? 0) >= 0 ? 'Inconclusive' : 'Failed', reason };
}

function tally(counters: MetricCounters): string {
  const parts = [`${counters.successful} successful`, `${counters.failed} failed`, `${counters.inconclusive} inconclusive`, `${counters.error} errors`];
  return parts.filter((part, index) => index === 0 || !part.startsWith('0 ')).join(', ');
}
