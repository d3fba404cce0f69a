import { describe, expect, it } from 'vitest';

import { judgeLooks, readJudgeInput } from '#domain/analysis/judge/judge-file';
import type { JudgeReport } from '#domain/analysis/judge/judge-file';

const look = (canary: readonly [total: number, bad: number], stable: readonly [total: number, bad: number], more: object = {}) => ({ metrics: { errors: { canary: { total: canary[0], bad: canary[1] }, stable: { total: stable[0], bad: stable[1] } }, ...more } });
const many = <T>(count: number, one: T): readonly T[] => Array.from({ length: count }, () => one);
const errors = { name: 'errors', kind: 'ratio' };

function judged(policy: object, looks: readonly unknown[]): JudgeReport {
  const read = readJudgeInput({ policy, looks });
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return judgeLooks(read.input);
}

describe('a canary', () => {
  it('is Successful once every required metric has passed and the bake is over, and the reason says why', () => {
    const report = judged({ metrics: [errors], minBakeSeconds: 60 }, many(30, look([1000, 5], [9000, 45])));
    expect(report).toMatchObject({ verdict: 'Successful', look: 6, reason: expect.stringMatching(/^errors 0\.5 % against 0\.5 %, ratio between 0\.\d+ and \d\.\d+, less than 2 times as often, or below 0\.1 %, evidence 1\d\d % of what is needed$/) });
  });

  it('keeps its first verdict, and goes on being looked at', () => {
    const report = judged({ metrics: [errors], minBakeSeconds: 10 }, [...many(30, look([1000, 5], [9000, 45])), ...many(10, look([1000, 90], [9000, 45]))]);
    expect(report).toMatchObject({ verdict: 'Successful', looks: { length: 40 } });
    expect(report.looks.at(-1)?.logEvidence.fail).toBeGreaterThan(Math.log(20));
  });

  it('is Failed rather than Successful where both have their evidence', () => {
    const report = judged({ metrics: [{ ...errors, failMargin: 0.5, passMargin: 2 }], minBakeSeconds: 200 }, many(30, look([1000, 50], [1000, 50])));
    expect(report.verdict).toBe('Failed');
    expect(report.looks[report.look - 1]?.logEvidence.pass.errors).toBeGreaterThan(0);
  });

  it('is not to be told at the horizon, and the reason says how much is missing', () => {
    const report = judged({ metrics: [errors], horizonSeconds: 100 }, many(12, look([100, 1], [300, 3])));
    expect(report).toMatchObject({ verdict: 'Inconclusive', look: 10, looks: { length: 10 }, reason: expect.stringMatching(/^not enough evidence after 10 looks; evidence against it \d+ % of what is needed; errors 1 % against 1 %.*errors has \d+ % of the evidence for it, which needs about [\d,]+ more on the canary$/) });
  });

  it.each([['canary', [0, 0], [100, 1]], ['stable', [100, 1], [0, 0]]] as const)('is Inconclusive for want of data of the %s', (arm, canary, stable) => {
    expect(judged({ metrics: [errors], horizonSeconds: 20 }, many(2, look(canary, stable)))).toMatchObject({ verdict: 'Inconclusive', reason: `no data: errors had none of the ${arm}` });
  });

  it('goes on while there is neither, and before any look', () => {
    expect(judged({ metrics: [errors] }, [look([100, 1], [900, 9])])).toMatchObject({ verdict: 'Continue', look: 1 });
    expect(judged({ metrics: [errors] }, [])).toEqual({ verdict: 'Continue', look: 0, reason: 'no look yet', looks: [] });
  });

  it('passes by its required metrics alone, and fails by any', () => {
    const extra = { name: 'extra', kind: 'rate', required: false };
    const bad = { extra: { canary: { count: 90, exposure: 10 }, stable: { count: 10, exposure: 90 } } };
    expect(judged({ metrics: [errors, extra], minBakeSeconds: 10 }, many(60, look([1000, 5], [9000, 45])))).toMatchObject({ verdict: 'Successful' });
    expect(judged({ metrics: [errors, extra], minBakeSeconds: 10 }, many(60, look([10, 0], [90, 1], bad)))).toMatchObject({ verdict: 'Failed', reason: expect.stringMatching(/^extra 9 against 0\.111, ratio between/) });
  });

  it('names the metrics that are to blame, and no others', () => {
    const metrics = [errors, { name: 'more', kind: 'ratio' }, { name: 'fine', kind: 'ratio' }];
    const counts = (bad: number) => ({ canary: { total: 500, bad }, stable: { total: 500, bad: 10 } });
    const { verdict, reason } = judged({ metrics, capFraction: null }, many(9, look([500, 40], [500, 10], { more: counts(38), fine: counts(10) })));
    expect(verdict).toBe('Failed');
    expect(reason).toMatch(/errors 8 %/);
    expect(reason).not.toContain('fine');
  });
});

describe('a warm-up', () => {
  it('leaves its looks out of the evidence, and counts them for bake and horizon', () => {
    const bad = many(3, look([400, 90], [1600, 17]));
    const report = judged({ metrics: [errors], warmupSeconds: 30, minBakeSeconds: 0, horizonSeconds: 60 }, [...bad, ...many(5, look([400, 4], [1600, 16]))]);
    expect(report).toMatchObject({ verdict: 'Inconclusive', look: 6 });
    for (const { logEvidence } of report.looks.slice(0, 3)) expect(logEvidence.fail).toBeCloseTo(0, 12);
    expect(report.looks[3]?.ratio.errors).toEqual(judged({ metrics: [errors] }, [look([400, 4], [1600, 16])]).looks[0]?.ratio.errors);
  });
});

describe('means', () => {
  it('decide nothing before an arm has a hundred values', () => {
    const work = (n: number) => ({ metrics: { work: { canary: { n, mean: 5, variance: 0.1 }, stable: { n: 500, mean: 1, variance: 0.1 } } } });
    const policy = { metrics: [{ name: 'work', kind: 'mean' }] };
    expect(judged(policy, [work(99)])).toMatchObject({ verdict: 'Continue' });
    expect(judged(policy, [work(99), work(1)])).toMatchObject({ verdict: 'Failed', look: 2, reason: expect.stringContaining('work 5 against 1 on average, difference between 3.') });
  });
});
