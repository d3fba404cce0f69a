import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bucketSeconds, emptySketch, latencyBucket, latencySketch, MAXIMUM_SKETCH_BUCKETS, mergeSketches, sketchCount, sketchOfCounts, sketchQuantile } from '#domain/analysis/latency-sketch';

import { sketchOf } from './sketch-of.ts';

const seconds = fc.double({ min: 1e-5, max: 1000, noNaN: true });

describe('the latency sketch', () => {
  it('puts a value into the bucket that the contract defines', () => {
    expect(latencyBucket(1)).toBe(0);
    // By hand: ln 0.25 ÷ ln (1.01 ÷ 0.99) = −1.386294 ÷ 0.0200007 = −69.31
    expect(latencyBucket(0.25)).toBe(-69);
    expect(latencyBucket(0)).toBeNull();
    expect(latencyBucket(-1)).toBeNull();
    expect(latencyBucket(Number.NaN)).toBeNull();
  });

  it('knows every value to within one percent', () => {
    fc.assert(fc.property(seconds, (value) => {
      const told = bucketSeconds(latencyBucket(value) ?? 0);
      expect(Math.abs(told - value)).toBeLessThanOrEqual(value * 0.01 * (1 + 1e-9));
    }));
  });

  it('answers quantiles to within one percent of the sorted values', () => {
    fc.assert(fc.property(fc.array(seconds, { minLength: 1, maxLength: 50 }), fc.constantFrom(0, 0.5, 0.95, 0.99, 1), (values, quantile) => {
      const sorted = values.toSorted((left, right) => left - right);
      const exact = sorted[Math.floor(quantile * (values.length - 1))] ?? Number.NaN;
      const told = sketchQuantile(sketchOf(values), quantile) ?? Number.NaN;
      expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * 0.01 * (1 + 1e-9));
    }));
  });

  it('merges to the same sketch as if all values had been recorded in one', () => {
    fc.assert(fc.property(fc.array(seconds, { maxLength: 30 }), fc.array(seconds, { maxLength: 30 }), (left, right) => {
      expect(mergeSketches([sketchOf(left), sketchOf(right)])).toEqual(sketchOf([...left, ...right]));
    }));
  });

  it('fits the contract however wide the values spread, and loses no count', () => {
    const counts = new Map(Array.from({ length: 1000 }, (_, index) => [index - 500, 2] as const));
    const sketch = sketchOfCounts(3, counts);
    expect(latencySketch.parse(sketch).buckets).toHaveLength(MAXIMUM_SKETCH_BUCKETS);
    expect(sketchCount(sketch)).toBe(2003);
    expect(sketch.buckets.at(-1)).toEqual([499, 2]);
  });

  it('has no quantile without values, and answers 0 while the zeros reach', () => {
    expect(sketchQuantile(emptySketch, 0.5)).toBeUndefined();
    const sketch = sketchOf([0, 0, 0, 1]);
    expect(sketchQuantile(sketch, 0.5)).toBe(0);
    expect(sketchQuantile(sketch, 1)).toBeCloseTo(1, 1);
  });
});
