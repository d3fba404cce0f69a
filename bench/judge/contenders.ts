import { judgeAsArgo } from '#domain/analysis/compatibility/argo-judge';
import { judgeAsFlagger } from '#domain/analysis/compatibility/flagger-judge';
import { judgeAsKayenta } from '#domain/analysis/compatibility/kayenta-judge';
import { createJudge } from '#domain/analysis/judge/judge-canary';
import type { JudgeLook, JudgeVerdict } from '#domain/analysis/judge/judgement';
import { judgePolicy } from '#domain/analysis/judge/policy';

import { LOOK_SECONDS } from './traffic.ts';

/** How a contender ended a run, and at which look; `failLook`: where it said Failed, or would have, had its Successful not ended the run. */
export type Ending = { readonly verdict: JudgeVerdict; readonly look: number; readonly failLook: number | null };

/** A judge that takes part. */
export type Contender = {
  readonly name: string;
  /** The share of the full number of runs that it takes part in; the slow ones in fewer. */
  readonly share: number;
  /** The scenarios that it takes part in, if not all. */
  readonly only?: readonly string[];
  readonly judge: (looks: readonly JudgeLook[], metrics: 'errors' | 'both') => Ending;
};

const policyOf = (metrics: 'errors' | 'both', looks: number, more: object = {}) => judgePolicy.parse({
  warmupSeconds: 0, lookSeconds: LOOK_SECONDS, horizonSeconds: looks * LOOK_SECONDS, ...(metrics === 'errors' ? { metrics: [{ name: 'errors', kind: 'ratio' }] } : {}), ...more,
});

/** Argo and Flagger with limits that a careful user would set: more than 1 % of errors. */
const limits = { argo: { metrics: { errors: { failure: { op: '>', value: 0.01 }, failureLimit: 3 }, latency: { value: 'ratio', failure: { op: '>', value: 1.2 }, failureLimit: 3 } } } };

/** A floor of 0.1 % costs ln 2 of the evidence for a canary where stable has 0.5 %; the goal of passing was set without one. */
export const WITHOUT_FLOOR = 'Sluice, no floor';

/** All that take part, in the order of the table's columns. */
export const contenders: readonly Contender[] = [
  { name: 'Sluice', share: 1, judge: (looks, metrics) => sluice(looks, policyOf(metrics, looks.length)) },
  { name: 'Sluice, α = β = 0.01', share: 0.25, judge: (looks, metrics) => sluice(looks, policyOf(metrics, looks.length, { alpha: 0.01, beta: 0.01 })) },
  { name: WITHOUT_FLOOR, share: 1, only: ['same', 'twice'], judge: (looks) => sluice(looks, policyOf('errors', looks.length, { metrics: [{ name: 'errors', kind: 'ratio', floor: null }] })) },
  { name: 'Kayenta every 5 min', share: 0.25, judge: (looks, metrics) => ended(judgeAsKayenta({ policy: policyOf(metrics, looks.length), looks })) },
  { name: 'Kayenta every min', share: 0.1, judge: (looks, metrics) => ended(judgeAsKayenta({ policy: policyOf(metrics, looks.length, { kayenta: { intervalSeconds: 60 } }), looks })) },
  { name: 'Argo > 1 %, limit 3', share: 0.5, judge: (looks, metrics) => ended(judgeAsArgo({ policy: policyOf(metrics, looks.length, limits), looks })) },
  { name: 'Flagger > 1 %, 5 checks', share: 0.5, judge: (looks, metrics) => ended(judgeAsFlagger({ policy: policyOf(metrics, looks.length), looks })) },
];

/** Sluice with the margin 1 and neither onset nor cap, over a whole day: what stands behind the promise that looks cost nothing. */
export function plainSluice(looks: readonly JudgeLook[]): Ending {
  return sluice(looks, policyOf('errors', looks.length, { metrics: [{ name: 'errors', kind: 'ratio', failMargin: 1 }], onset: null, capFraction: null }));
}

function sluice(looks: readonly JudgeLook[], policy: ReturnType<typeof policyOf>): Ending {
  const first = walk(looks, policy);
  if (first.verdict !== 'Successful') return first;
  // Behind a Successful the FAIL process goes on; with a bake that never ends, it is seen alone.
  return { ...first, failLook: walk(looks, { ...policy, minBakeSeconds: 2 * policy.horizonSeconds }).failLook };
}

function walk(looks: readonly JudgeLook[], policy: ReturnType<typeof policyOf>): Ending {
  const judge = createJudge(policy, { hasIntervals: false });
  let state = judge.start();
  for (const look of looks) {
    state = judge.take(state, look);
    if (state.verdict !== null) break;
  }
  return ended(judge.judgement(state));
}

function ended({ verdict, look }: { readonly verdict: JudgeVerdict; readonly look: number }): Ending {
  return { verdict, look, failLook: verdict === 'Failed' ? look : null };
}
