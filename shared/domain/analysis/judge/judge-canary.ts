import { countsIn } from '#domain/analysis/judge/judgement';
import type { JudgeLook, JudgeState, JudgedEvidence, Judgement, LookEvidence } from '#domain/analysis/judge/judgement';
import { evidenceOfTrack, growTrack, startTrack } from '#domain/analysis/judge/metric-track';
import type { JudgePolicy } from '#domain/analysis/judge/policy';
import { rulesOf } from '#domain/analysis/judge/rules';
import type { JudgeRules } from '#domain/analysis/judge/rules';
import { verdictOf } from '#domain/analysis/judge/verdict';
import { logWeightedMean } from '#domain/analysis/statistics/combine';

/**
 * The judge of a policy, as a fold over looks. It has no memory: the same policy and the same looks give the same bits, also where the
 * state was written as JSON and read again in between.
 */
export type Judge = {
  readonly rules: JudgeRules;
  readonly start: () => JudgeState;
  /**
   * The state after one more look. The first verdict stands; the evidence goes on being followed until the horizon, after which a look
   * changes nothing. A metric that a look lacks had no requests in it; one that the policy does not name is left out.
   */
  readonly take: (state: JudgeState, look: JudgeLook) => JudgeState;
  /** The verdict so far: the one that fell, or Continue with the last look. */
  readonly judgement: (state: JudgeState) => Judgement;
  /** The evidence as it stands, in natural logarithms. */
  readonly evidence: (state: JudgeState) => LookEvidence;
};

/** Makes the judge of a policy. Without intervals it does a fifth of the work, which pays where policies are simulated over many runs. */
export function createJudge(policy: JudgePolicy, options: { readonly hasIntervals?: boolean } = {}): Judge {
  const rules = rulesOf(policy, options);
  return {
    rules,
    start: () => ({ look: 0, tracks: Object.fromEntries(rules.metrics.map(({ metric }) => [metric.name, startTrack(metric, rules.settings)])), verdict: null }),
    take: (state, look) => takeLook(rules, state, look),
    judgement: (state) => state.verdict ?? verdictOf(rules, judged(rules, state), state.look),
    evidence: (state) => lookEvidence(judged(rules, state), state.look),
  };
}

function takeLook(rules: JudgeRules, state: JudgeState, look: JudgeLook): JudgeState {
  if (state.look >= rules.horizonLooks) return state;
  const number = state.look + 1;
  const taken: JudgeState = { look: number, tracks: number <= rules.warmupLooks ? state.tracks : growAll(rules, state, look), verdict: state.verdict };
  if (taken.verdict !== null) return taken;
  const evidences = judged(rules, taken);
  // Words are made for a verdict only; until there is one, numbers decide.
  return isDecided(rules, evidences, number) ? { ...taken, verdict: verdictOf(rules, evidences, number) } : taken;
}

function growAll(rules: JudgeRules, state: JudgeState, look: JudgeLook): JudgeState['tracks'] {
  return Object.fromEntries(rules.metrics.map(({ metric }) => [metric.name, growTrack(state.tracks[metric.name] ?? startTrack(metric, rules.settings), countsIn(look, metric.name), { metric, settings: rules.settings })]));
}

function judged(rules: JudgeRules, state: JudgeState): readonly JudgedEvidence[] {
  return rules.metrics.map(({ metric, weight }) => {
    const track = state.tracks[metric.name] ?? startTrack(metric, rules.settings);
    return { metric, weight, track, evidence: evidenceOfTrack(track, metric, rules.settings) };
  });
}

function isDecided(rules: JudgeRules, evidences: readonly JudgedEvidence[], look: number): boolean {
  if (look >= rules.horizonLooks) return true;
  if (logWeightedMean(evidences.map(({ weight, evidence }) => ({ weight, log: evidence.decidingFail }))) >= rules.settings.logAlpha) return true;
  return look >= rules.minBakeLooks && evidences.every(({ metric, evidence }) => !metric.required || evidence.hasPassed);
}

function lookEvidence(evidences: readonly JudgedEvidence[], look: number): LookEvidence {
  const byMetric = (value: (one: JudgedEvidence) => number) => Object.fromEntries(evidences.map((one) => [one.metric.name, value(one)]));
  return {
    look,
    logEvidence: { fail: logWeightedMean(evidences.map(({ weight, evidence }) => ({ weight, log: evidence.fail }))), pass: byMetric(({ evidence }) => evidence.pass), metrics: byMetric(({ evidence }) => evidence.fail) },
    ratio: Object.fromEntries(evidences.flatMap(({ metric, evidence }) => {
      const interval = evidence.interval();
      return interval === null ? [] : [[metric.name, interval]];
    })),
  };
}
