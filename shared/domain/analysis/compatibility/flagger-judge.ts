import type { CompatibilityReport, CompatibilityRound } from '#domain/analysis/compatibility/compatibility-report';
import { looksIn, windowValues } from '#domain/analysis/compatibility/windows';
import { defaultFlaggerMetric } from '#domain/analysis/judge/compatibility-policy';
import type { FlaggerMetric } from '#domain/analysis/judge/compatibility-policy';
import type { JudgeInput } from '#domain/analysis/judge/judge-file';
import type { JudgedMetric } from '#domain/analysis/judge/policy';

/**
 * Flagger's analysis: every interval the canary's values are held against ranges; a round in which any lies outside, or is missing, is a
 * failed check, a good round takes none back, and `threshold` of them end in a rollback. It never looks at stable.
 * Source: fluxcd/flagger 15bd6ad5, pkg/controller (scheduler, metrics).
 */
export function judgeAsFlagger({ policy, looks }: JudgeInput): CompatibilityReport {
  const interval = looksIn(policy.flagger.intervalSeconds, policy.lookSeconds);
  const horizon = Math.ceil(policy.horizonSeconds / policy.lookSeconds);
  const within = looks.slice(0, horizon);
  const checks = policy.metrics.map((metric) => {
    const settings = policy.flagger.metrics[metric.name] ?? defaultFlaggerMetric;
    return { metric, range: rangeOf(metric, settings), values: windowValues(within, metric, { looks: interval, level: settings.level }).map((one) => one.canary) };
  }).filter(({ range }) => range !== undefined);
  const rounds: CompatibilityRound[] = [];
  let failed = 0;
  let last = '';
  const said = (verdict: CompatibilityReport['verdict'], look: number, reason: string): CompatibilityReport => ({ judge: 'flagger', fixedHorizon: true, verdict, look, reason, looks: rounds });
  for (let look = interval; look <= within.length; look += interval) {
    const found = checks.map(({ metric, range, values }) => ({ name: metric.name, objection: objectionTo(values[look / interval - 1] ?? Number.NaN, range ?? {}) }));
    const objections = found.filter((one) => one.objection !== null).map((one) => `${one.name} ${one.objection}`);
    if (objections.length > 0) failed += 1;
    last = objections.join(', ') || last;
    rounds.push({ look, metrics: Object.fromEntries(found.map((one) => [one.name, one.objection ?? 'passed'])), result: `${failed} failed` });
    if (failed >= policy.flagger.threshold) return said('Failed', look, `${failed} failed checks, ${policy.flagger.threshold} are too many; last: ${last}`);
    if (look + interval > horizon) return said('Successful', look, `${failed} failed checks of ${rounds.length}, fewer than ${policy.flagger.threshold}`);
  }
  return said('Continue', within.length, `${failed} failed checks of ${rounds.length}, ${policy.flagger.threshold} are too many`);
}

/** Both ends belong to the range. */
function objectionTo(value: number, { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined }): string | null {
  if (Number.isNaN(value)) return 'has no value';
  if (min !== undefined && value < min) return `is ${Number(value.toPrecision(4))}, below ${min}`;
  return max !== undefined && value > max ? `is ${Number(value.toPrecision(4))}, above ${max}` : null;
}

/** Flagger's own metrics have these limits in its documentation: 99 % of requests succeed, and the 99th percentile is at most 500 ms. Others are checked only where a range is given. */
function rangeOf(metric: JudgedMetric, { min, max }: FlaggerMetric): { readonly min?: number | undefined; readonly max?: number | undefined } | undefined {
  if (min !== undefined || max !== undefined) return { min, max };
  switch (metric.kind) {
    case 'ratio': return { max: 0.01 };
    case 'distribution': return { max: 0.5 };
    case 'rate':
    case 'mean': return undefined;
  }
}
