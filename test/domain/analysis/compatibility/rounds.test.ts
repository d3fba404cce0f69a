import { describe, expect, it } from 'vitest';

import { judgeAsArgo } from '#domain/analysis/compatibility/argo-judge';
import { judgeAsFlagger } from '#domain/analysis/compatibility/flagger-judge';
import { judgeAsKayenta } from '#domain/analysis/compatibility/kayenta-judge';
import { readJudgeInput } from '#domain/analysis/judge/judge-file';
import type { JudgeInput } from '#domain/analysis/judge/judge-file';

const errors = [{ name: 'errors', kind: 'ratio' }];
const look = (canaryBad: number, stableBad = 1, total = 100) => ({ metrics: { errors: { canary: { total, bad: canaryBad }, stable: { total: 100, bad: stableBad } } } });
const minutes = (...bad: readonly number[]) => bad.flatMap((one) => Array.from({ length: 6 }, () => look(one)));

function input(policy: object, looks: readonly object[]): JudgeInput {
  const read = readJudgeInput({ policy: { metrics: errors, horizonSeconds: 600, ...policy }, looks });
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.input;
}

describe('the judge of Flagger', () => {
  const of = (policy: object, looks: readonly object[]) => judgeAsFlagger(input(policy, looks));

  it('rolls back at its threshold of failed checks, in a row or not', () => {
    expect(of({ flagger: { threshold: 3 } }, minutes(5, 0, 5, 0, 5, 0, 0, 0, 0, 0))).toMatchObject({ verdict: 'Failed', look: 30, reason: '3 failed checks, 3 are too many; last: errors is 0.05, above 0.01' });
    expect(of({ flagger: { threshold: 4 } }, minutes(5, 0, 5, 0, 5, 0, 0, 0, 0, 0))).toMatchObject({ verdict: 'Successful', look: 60, looks: { length: 10 } });
  });

  it('takes the ends of a range into it', () => {
    expect(of({ flagger: { threshold: 1 } }, minutes(1, 1))).toMatchObject({ verdict: 'Continue', looks: [{ result: '0 failed' }, { result: '0 failed' }] });
    expect(of({ flagger: { threshold: 1, metrics: { errors: { min: 0.02, max: 0.03 } } } }, minutes(2, 3, 1))).toMatchObject({ verdict: 'Failed', look: 18 });
  });

  it('counts a check without a value as failed', () => {
    expect(of({ flagger: { threshold: 1 } }, Array.from({ length: 6 }, () => look(0, 0, 0)))).toMatchObject({ verdict: 'Failed', reason: expect.stringContaining('errors has no value') });
  });
});

describe('the judge of Argo Rollouts', () => {
  const of = (argo: object, looks: readonly object[]) => judgeAsArgo(input({ argo }, looks));

  it('fails by more failures than its limit, which is none by default', () => {
    expect(of({}, minutes(0, 0, 5))).toMatchObject({ verdict: 'Failed', look: 18 });
    expect(of({ metrics: { errors: { failureLimit: 1 } } }, minutes(0, 5, 0, 5))).toMatchObject({ verdict: 'Failed', look: 24, reason: expect.stringContaining('2 failed of 4 measurements, more than the 1 tolerated') });
  });

  it('is Successful at the horizon, and goes on before it', () => {
    expect(of({}, minutes(0, 0, 1))).toMatchObject({ verdict: 'Continue', look: 18 });
    expect(of({}, minutes(0, 0, 1, 0, 1, 0, 1, 0, 0, 0))).toMatchObject({ verdict: 'Successful', look: 60 });
  });

  it('says nothing about a canary that could not be measured', () => {
    expect(of({}, Array.from({ length: 60 }, () => look(0, 0, 0)))).toMatchObject({ verdict: 'Inconclusive', reason: expect.stringContaining('errors in a row') });
  });

  it.each([['canary', 0.05, 'Failed'], ['stable', 0.05, 'Successful'], ['difference', 0.041, 'Successful'], ['ratio', 4.9, 'Failed']] as const)('compares the %s', (value, bound, verdict) => {
    expect(of({ metrics: { errors: { value, failure: { op: '>=', value: bound } } } }, minutes(5, 5, 5, 5, 5, 5, 5, 5, 5, 5)).verdict).toBe(verdict);
  });
});

describe('the judge of Kayenta', () => {
  const steps = (bad: (minute: number) => number) => Array.from({ length: 60 }, (_, index) => look(bad(Math.floor(index / 6)), 1 + (Math.floor(index / 6) % 3)));

  it('ends at the first interval with a score that is at most marginal', () => {
    expect(judgeAsKayenta(input({}, steps((minute) => 20 + (minute % 4))))).toMatchObject({ judge: 'kayenta', fixedHorizon: true, verdict: 'Failed', look: 30, looks: [{ look: 30, metrics: { errors: 'High' }, result: '0' }] });
  });

  it('passes at the horizon by its last score', () => {
    expect(judgeAsKayenta(input({}, steps((minute) => 1 + ((minute + 1) % 3))))).toMatchObject({ verdict: 'Successful', look: 60, looks: [{ metrics: { errors: 'Pass' } }, { metrics: { errors: 'Pass' }, result: '100' }] });
  });

  it('sees only the direction that it is told', () => {
    expect(judgeAsKayenta(input({ kayenta: { metrics: { errors: { direction: 'decrease' } } } }, steps((minute) => 20 + (minute % 4)))).verdict).toBe('Successful');
  });

  it('fails where half of the metrics have no data', () => {
    expect(judgeAsKayenta(input({}, Array.from({ length: 30 }, () => look(0, 0, 0))))).toMatchObject({ verdict: 'Failed', reason: expect.stringContaining('1 of 1 metrics have no data') });
  });
});
