import { describe, expect, it } from 'vitest';

import { createJudge } from '#domain/analysis/judge/judge-canary';
import type { JudgeLook } from '#domain/analysis/judge/judgement';
import { judgePolicy } from '#domain/analysis/judge/policy';

import { seededRandom } from '../../../../bench/judge/random.ts';

const RUNS = 150;
const LOOKS = 60;

/** Looks of about 50 and 450 requests, of which each arm has its share of bad ones. */
function looksOf(run: number, canaryErrors: number): readonly JudgeLook[] {
  const random = seededRandom(7, run);
  const arm = (total: number, share: number) => ({ total, bad: random.binomial(total, share) });
  return Array.from({ length: LOOKS }, () => ({ metrics: { errors: { kind: 'counts', canary: arm(random.poisson(50), canaryErrors), stable: arm(random.poisson(450), 0.02) } } }));
}

/** Each request of a look falls into one of two looks by chance. */
function splitInTwo(look: JudgeLook, run: number, index: number): readonly JudgeLook[] {
  const random = seededRandom(11, run, index);
  const counts = look.metrics.errors;
  if (counts?.kind !== 'counts') return [look];
  const halve = ({ total, bad }: { readonly total: number; readonly bad: number }) => {
    const [firstBad, firstGood] = [random.binomial(bad, 0.5), random.binomial(total - bad, 0.5)];
    return [{ total: firstBad + firstGood, bad: firstBad }, { total: total - firstBad - firstGood, bad: bad - firstBad }] as const;
  };
  const [canary, stable] = [halve(counts.canary), halve(counts.stable)];
  return [0, 1].map((half) => ({ metrics: { errors: { kind: 'counts', canary: canary[half] ?? counts.canary, stable: stable[half] ?? counts.stable } } }));
}

function shareOf(verdict: string, canaryErrors: number, isSplit: boolean): number {
  const lookSeconds = isSplit ? 5 : 10;
  // The margin is 1, so that an identical canary lies on the very edge of the null hypothesis.
  const judge = createJudge(judgePolicy.parse({ lookSeconds, horizonSeconds: LOOKS * 10, minBakeSeconds: 50, warmupSeconds: 0, metrics: [{ name: 'errors', kind: 'ratio', failMargin: 1 }] }), { hasIntervals: false });
  const runs = Array.from({ length: RUNS }, (_, run) => {
    const looks = looksOf(run, canaryErrors).flatMap((look, index) => (isSplit ? splitInTwo(look, run, index) : [look]));
    return judge.judgement(looks.reduce((state, look) => judge.take(state, look), judge.start())).verdict;
  });
  return runs.filter((one) => one === verdict).length / RUNS;
}

// With a true rate of 5 % a run of 150 has more than 18 (12 %) with a probability of 10⁻⁴; the seeds are fixed, so it is seen once or never.
const BOUND = 0.12;

describe.each([['whole', false], ['split in two', true]] as const)('looks that are %s', (_name, isSplit) => {
  it('fail a healthy canary no more often than α', () => {
    expect(shareOf('Failed', 0.02, isSplit)).toBeLessThan(BOUND);
  });

  it('pass a canary that is worse by the margin no more often than β', () => {
    expect(shareOf('Successful', 0.04, isSplit)).toBeLessThan(BOUND);
  });

  it('find one that is plainly worse', () => {
    expect(shareOf('Failed', 0.12, isSplit)).toBeGreaterThan(0.95);
  });
});
