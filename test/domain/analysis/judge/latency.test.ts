import { describe, expect, it } from 'vitest';

import { judgeLooks, readJudgeInput } from '#domain/analysis/judge/judge-file';
import type { JudgeReport } from '#domain/analysis/judge/judge-file';
import { isBeyondBounds, largestGap, quantilePosition, tolerated } from '#domain/analysis/judge/latency-counts';
import type { LatencySketch } from '#domain/analysis/latency-sketch';

const latency = { name: 'latency', kind: 'distribution' };
const logarithmic = { bounds: null, accuracy: 0.01 };

function judged(metric: object, looks: readonly object[], policy: object = {}): JudgeReport {
  const read = readJudgeInput({ policy: { metrics: [{ ...latency, ...metric }], minBakeSeconds: 20, ...policy }, looks: looks.map((arms) => ({ metrics: { latency: arms } })) });
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return judgeLooks(read.input);
}

describe('a quantile of buckets', () => {
  it('is the smallest bucket up to which its share lies', () => {
    const sketch: LatencySketch = { zeros: 1, buckets: [[3, 2], [5, 1]] };
    expect([0.25, 0.26, 0.75, 0.76, 1].map((level) => quantilePosition(sketch, level))).toEqual(['zero', 3, 3, 5, 5]);
    expect(quantilePosition({ zeros: 0, buckets: [] }, 0.5)).toBeNull();
  });
});

describe('a tolerance', () => {
  it('becomes whole buckets, rounded to the nearest', () => {
    // By hand: ln 1.04 ÷ ln(1.01/0.99) = 1.96 and ln 1.2 ÷ ln(1.01/0.99) = 9.12
    expect([1, 1.04, 1.2].map((tolerance) => tolerated(-100, tolerance, logarithmic))).toEqual([-100, -98, -91]);
    expect(tolerated('zero', 1.2, logarithmic)).toBe('zero');
  });

  it('moves to the next bound that is at least as much, which may be the last', () => {
    const shape = { bounds: [0.1, 0.12, 0.5, 1], accuracy: 0.01 };
    expect([tolerated(0, 1.04, shape), tolerated(0, 1.2, shape), tolerated(0, 1.3, shape), tolerated(2, 1, shape), tolerated(3, 1.04, shape), tolerated(4, 1, shape)]).toEqual([1, 1, 2, 2, 4, 4]);
    expect([isBeyondBounds(4, shape.bounds), isBeyondBounds(3, shape.bounds), isBeyondBounds(4, null)]).toEqual([true, false, false]);
  });
});

describe('latencies', () => {
  const spread = (factor: number) => ({ values: Array.from({ length: 300 }, (_, index) => factor * 0.05 * 1.01 ** index) });

  it('give the same evidence as values, as buckets, and as bounds that lie on the buckets', () => {
    const values = [spread(1.3), spread(1)] as const;
    const width = Math.log(1.01 / 0.99);
    const inBuckets = ({ values: all }: { readonly values: readonly number[] }) => all.reduce<Record<string, number>>((counts, value) => {
      const index = String(Math.ceil(Math.log(value) / width));
      return { ...counts, [index]: (counts[index] ?? 0) + 1 };
    }, {});
    const indices = [...new Set(values.flatMap((arm) => Object.keys(inBuckets(arm)).map(Number)))].toSorted((one, other) => one - other);
    const every = Array.from({ length: (indices.at(-1) ?? 0) - (indices[0] ?? 0) + 12 }, (_, index) => (indices[0] ?? 0) + index);
    // A hair above the bucket's own bound, for rounding; 1.04 and 1.2 times a bound are then looked for among the bounds.
    const inBounds = (arm: { readonly values: readonly number[] }) => Object.fromEntries([...every.map((index) => [String(Math.exp(index * width) * 1.000001), arm.values.filter((value) => Math.ceil(Math.log(value) / width) <= index).length]), ['+Inf', arm.values.length]]);
    const exact = { failTolerance: Math.exp(2 * width) * 0.999, passTolerance: Math.exp(9 * width) * 0.999 };
    const [byValues, byBuckets, byBounds] = [(arm: { readonly values: readonly number[] }) => arm, (arm: { readonly values: readonly number[] }) => ({ buckets: inBuckets(arm) }), (arm: { readonly values: readonly number[] }) => ({ le: inBounds(arm) })]
      .map((form) => judged(exact, Array.from({ length: 3 }, () => ({ canary: form(values[0]), stable: form(values[1]) }))).looks);
    expect(byBuckets).toEqual(byValues);
    expect(byBounds).toEqual(byValues);
  });

  it('fail a slower canary, and the reason says where and how much', () => {
    const report = judged({}, Array.from({ length: 20 }, () => ({ canary: spread(1.6), stable: spread(1) })));
    expect(report).toMatchObject({ verdict: 'Failed', reason: expect.stringMatching(/^latency: \d+(\.\d+)? % of requests more than 1\.04 times stable's p\d+ \(\d\.\d+ s\), against \d+(\.\d+)? % above it, evidence 1\d\d % of what is needed$/) });
  });

  it('pass one that is as fast', () => {
    const report = judged({}, Array.from({ length: 90 }, () => ({ canary: spread(1), stable: spread(1) })));
    expect(report).toMatchObject({ verdict: 'Successful', reason: expect.stringContaining('not slower than 1.2 times at p50 and p95') });
  });

  it('never pass a canary only because its threshold lies beyond the last bound', () => {
    const slow = { le: { 0.1: 0, 1: 0, '+Inf': 1000 } };
    const report = judged({ passLevels: [0.99] }, Array.from({ length: 50 }, () => ({ canary: slow, stable: { le: { 0.1: 500, 1: 980, '+Inf': 1000 } } })));
    expect(report.looks.every((one) => one.logEvidence.pass.latency === 0)).toBe(true);
    expect(report.verdict).not.toBe('Successful');
  });

  it('can be compared as whole distributions, by a p-value that holds at every look', () => {
    const of = (factor: number) => judged({ test: 'dkw' }, Array.from({ length: 30 }, () => ({ canary: spread(factor), stable: spread(1) })));
    expect(of(1.6)).toMatchObject({ verdict: 'Failed', reason: expect.stringContaining('latency: the whole distribution') });
    expect(of(1).looks.at(-1)?.logEvidence.metrics.latency).toBeCloseTo(Math.log(0.5), 9);
  });

  it('have a largest gap, which a tolerance takes away', () => {
    const canary: LatencySketch = { zeros: 0, buckets: [[2, 10]] };
    const stable: LatencySketch = { zeros: 0, buckets: [[0, 10]] };
    expect(largestGap({ bounds: null, canary, stable }, 1, 0.01)).toBe(1);
    expect(largestGap({ bounds: null, canary, stable }, 1.04, 0.01)).toBe(0);
  });
});
