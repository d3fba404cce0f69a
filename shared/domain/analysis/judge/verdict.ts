import type { JudgedEvidence, Judgement } from '#domain/analysis/judge/judgement';
import type { JudgeRules } from '#domain/analysis/judge/rules';
import { describeMetric, inPercent } from '#domain/analysis/judge/words';
import { closedTesting, logWeightedMean } from '#domain/analysis/statistics/combine';

/**
 * The verdict after a look, with its reason. Failed goes before Successful; Successful needs each required metric, and the bake to be
 * over; at the horizon what is neither is Inconclusive.
 */
export function verdictOf(rules: JudgeRules, evidences: readonly JudgedEvidence[], look: number): Judgement {
  const { settings } = rules;
  const fail = logWeightedMean(evidences.map(({ weight, evidence }) => ({ weight, log: evidence.decidingFail })));
  if (fail >= settings.logAlpha) return { verdict: 'Failed', look, reason: failedBecause(rules, evidences, fail) };
  const required = evidences.filter(({ metric }) => metric.required);
  const hasPassed = required.length > 0 && required.every(({ evidence }) => evidence.hasPassed);
  if (hasPassed && look >= rules.minBakeLooks) return { verdict: 'Successful', look, reason: required.map((one) => passedBecause(rules, one)).join('; ') };
  const against = `evidence against it ${inPercent(Math.max(0, fail / settings.logAlpha))} of what is needed`;
  if (look < rules.horizonLooks) return { verdict: 'Continue', look, reason: look === 0 ? 'no look yet' : [...(hasPassed ? ['all metrics passed, the bake is not over'] : []), against, ...required.map((one) => progressOf(rules, one))].join('; ') };
  const silent = required.flatMap(silentArms);
  if (silent.length > 0) return { verdict: 'Inconclusive', look, reason: `no data: ${silent.join(', ')}` };
  const missing = required.filter(({ evidence }) => !evidence.hasPassed).map((one) => `${describeMetric(one, rules.settings)}, ${progressOf(rules, one)}${moreNeeded(rules, one)}`);
  return { verdict: 'Inconclusive', look, reason: [`not enough evidence after ${look} looks`, against, ...missing].join('; ') };
}

/** The metrics that closed testing names; where it names none, the one with most evidence, which then is only likely. */
function failedBecause({ settings }: JudgeRules, evidences: readonly JudgedEvidence[], fail: number): string {
  const adjusted = closedTesting(evidences.map(({ evidence }) => evidence.decidingFail));
  const named = evidences.filter((_, index) => (adjusted[index] ?? 0) >= settings.logAlpha);
  const most = evidences.toSorted((one, other) => other.evidence.decidingFail - one.evidence.decidingFail).slice(0, 1);
  const culprits = (named.length > 0 ? named : most).map((one) => describeMetric(one, settings));
  return `${named.length > 0 ? '' : 'most likely '}${culprits.join('; ')}, evidence ${inPercent(fail / settings.logAlpha)} of what is needed`;
}

function passedBecause({ settings }: JudgeRules, one: JudgedEvidence): string {
  return `${describeMetric(one, settings)}, ${limitOf(one)}, evidence ${inPercent(Math.max(1, one.evidence.pass / settings.logBeta))} of what is needed`;
}

function limitOf({ metric, evidence }: JudgedEvidence): string {
  switch (metric.kind) {
    case 'ratio': return metric.floor === null ? `less than ${metric.passMargin} times as often` : `less than ${metric.passMargin} times as often, or below ${inPercent(metric.floor)}`;
    case 'rate': return `less than ${metric.passMargin} times as often`;
    case 'distribution': return `not slower than ${metric.passTolerance} times at ${metric.passLevels.map((level) => `p${Number((level * 100).toPrecision(4))}`).join(' and ')}`;
    case 'mean': return `less than ${Number(metric.passDelta.toPrecision(3))} above${evidence.hasPassed ? '' : ' as it seems'}`;
  }
}

function progressOf({ settings }: JudgeRules, { metric, evidence }: JudgedEvidence): string {
  return evidence.hasPassed ? `${metric.name} has passed` : `${metric.name} has ${inPercent(Math.max(0, evidence.pass / settings.logBeta))} of the evidence for it`;
}

/** Evidence grows with the requests, so what is missing tells how many more of the canary's it takes, if they are like those before. */
function moreNeeded({ settings }: JudgeRules, { evidence }: JudgedEvidence): string {
  if (evidence.pass <= 0) return '';
  return `, which needs about ${Math.ceil(evidence.seen.canary * (settings.logBeta / evidence.pass - 1)).toLocaleString('en')} more on the canary`;
}

function silentArms({ metric, evidence }: JudgedEvidence): readonly string[] {
  return (['canary', 'stable'] as const).filter((arm) => evidence.seen[arm] === 0).map((arm) => `${metric.name} had none of the ${arm}`);
}
