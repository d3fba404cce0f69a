import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CURVE_POINTS, FLAT_CURVE, addToCurve, curveAt } from '#domain/analysis/statistics/likelihood-curve';
import { oddsLogLikelihood } from '#domain/analysis/statistics/odds-likelihood';
import { rateLogLikelihood } from '#domain/analysis/statistics/rate-likelihood';
import { logGamma } from '#domain/analysis/statistics/special-functions';

const logOdds = fc.double({ min: -13.8, max: 13.8, noNaN: true });
const margins = fc.record({ canary: fc.integer({ min: 0, max: 40 }), stable: fc.integer({ min: 0, max: 120 }) }).chain(({ canary, stable }) => fc.record({ canary: fc.constant(canary), stable: fc.constant(stable), bad: fc.integer({ min: 0, max: canary + stable }) }));
const large = fc.tuple(fc.integer({ min: 0, max: 1_000_000_000 }), fc.double({ min: 0, max: 1, noNaN: true })).map(([total, share]) => ({ total, bad: Math.min(5_000_000, Math.floor(total * share)) }));

const choose = (n: number, k: number) => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/** Every way in which a look's bad requests can fall on the arms, with its probability where both are alike. */
function ways({ canary, stable, bad }: { readonly canary: number; readonly stable: number; readonly bad: number }) {
  const least = Math.max(0, bad - stable);
  return Array.from({ length: Math.min(bad, canary) - least + 1 }, (_, index) => {
    const x = least + index;
    return { counts: { canary: { total: canary, bad: x }, stable: { total: stable, bad: bad - x } }, probability: Math.exp(choose(canary, x) + choose(stable, bad - x) - choose(canary + stable, bad)) };
  });
}

describe('the evidence of a look', () => {
  it('is fair: its mean over all that may happen is 1 where the truth is the margin, and less where the canary is better', () => {
    fc.assert(fc.property(margins, fc.double({ min: -2, max: 2, noNaN: true }), fc.double({ min: 0.1, max: 3, noNaN: true }), fc.double({ min: 0, max: 2, noNaN: true }), (given, margin, effect, better) => {
      const meanAt = (truth: number) => ways(given).reduce((sum, { counts, probability }) => sum + probability * Math.exp(oddsLogLikelihood(counts, truth) + oddsLogLikelihood(counts, margin + effect) - oddsLogLikelihood(counts, margin)), 0);
      expect(meanAt(margin)).toBeCloseTo(1, 9);
      expect(meanAt(margin - better)).toBeLessThanOrEqual(1 + 1e-9);
    }));
  });

  it('is a number, and the same when arms and ratio change places, however large the counts are', () => {
    fc.assert(fc.property(large, large, logOdds, (canary, stable, ratio) => {
      const value = oddsLogLikelihood({ canary, stable }, ratio);
      expect(Number.isFinite(value)).toBe(true);
      expect(Object.is(value, oddsLogLikelihood({ canary: stable, stable: canary }, -ratio))).toBe(true);
    }), { numRuns: 40 });
  });

  it('of a rate is that of a ratio whose bad requests are rare', () => {
    const counts = { canary: { total: 1e8, bad: 7 }, stable: { total: 4e8, bad: 12 } };
    const rates = { canary: { count: 7, exposure: 1e8 }, stable: { count: 12, exposure: 4e8 } };
    for (const ratio of [-2, -0.1, 0.3, 3]) expect(rateLogLikelihood(rates, ratio)).toBeCloseTo(oddsLogLikelihood(counts, ratio), 5);
  });
});

describe('the curve of the likelihood', () => {
  it('gives between its points what the looks give themselves', () => {
    fc.assert(fc.property(fc.array(margins, { minLength: 1, maxLength: 4 }), logOdds, (all, ratio) => {
      const looks = all.flatMap((one) => ways(one).slice(0, 1).map(({ counts }) => counts));
      const curve = looks.reduce((sum, counts) => addToCurve(sum, (at) => oddsLogLikelihood(counts, at)), FLAT_CURVE);
      const direct = looks.reduce((sum, counts) => sum + oddsLogLikelihood(counts, ratio), 0);
      expect(Math.abs(curveAt(curve, ratio) - direct)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(direct)));
    }));
  });

  it('has mirrored points, and passes through them', () => {
    expect(CURVE_POINTS.map((point) => -point + 0).toReversed()).toEqual(CURVE_POINTS);
    const curve = CURVE_POINTS.map((_, index) => index);
    expect(CURVE_POINTS.map((point) => curveAt(curve, point))).toEqual(curve);
  });
});
