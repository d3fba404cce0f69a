import { describe, expect, it } from 'vitest';

import { WeightedSides } from '#agent/proxy/weighted-sides';
import { createJudge } from '#domain/analysis/judge/judge-canary';
import type { JudgeLook } from '#domain/analysis/judge/judgement';
import { judgePolicy } from '#domain/analysis/judge/policy';

import { seededRandom } from '../../../../bench/judge/random.ts';

const RUNS = 40;
const LOOKS = 40;
const REQUESTS = 500;
const policy = judgePolicy.parse({ lookSeconds: 1, horizonSeconds: LOOKS, minBakeSeconds: 5, warmupSeconds: 0, metrics: [{ name: 'errors', kind: 'ratio', floor: null }] });

/** Every tenth request asks for what always fails, on either side. */
function verdictOf(side: (request: number) => boolean) {
  const judge = createJudge(policy, { hasIntervals: false });
  let state = judge.start();
  for (let look = 0; look < LOOKS; look += 1) {
    const counts = { canary: { total: 0, bad: 0 }, stable: { total: 0, bad: 0 } };
    for (let request = look * REQUESTS; request < (look + 1) * REQUESTS; request += 1) {
      const arm = side(request) ? counts.canary : counts.stable;
      arm.total += 1;
      arm.bad += request % 10 === 0 ? 1 : 0;
    }
    const taken: JudgeLook = { metrics: { errors: { kind: 'counts', ...counts } } };
    state = judge.take(state, taken);
  }
  return judge.judgement(state).verdict;
}

describe('one bad address in every ten requests', () => {
  it('fails no canary where requests are routed at shuffled positions, as the agent does', () => {
    const verdicts = Array.from({ length: RUNS }, (_, run) => {
      const random = seededRandom(3, run);
      const sides = new WeightedSides((limit) => Math.floor(random.uniform() * limit));
      return verdictOf(() => sides.next(10) === 'new');
    });
    expect(verdicts.filter((one) => one !== 'Successful')).toEqual([]);
  });

  it('would fail every canary that gets each tenth request', () => {
    expect(verdictOf((request) => request % 10 === 0)).toBe('Failed');
  });
});
