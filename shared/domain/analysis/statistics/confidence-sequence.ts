import { CURVE_REACH, FLAT_CURVE, addToCurve, curveAt } from '#domain/analysis/statistics/likelihood-curve';
import type { LikelihoodCurve } from '#domain/analysis/statistics/likelihood-curve';
import { logMean } from '#domain/analysis/statistics/log-space';

/** ln of the ratios that the mixture weighs: 1/25, 1/10, 1/5, 1/3, 1/2, 1/1.5, 1/1.2, 1.2, 1.5, 2, 3, 5, 10, 25. */
const UPPER_HALF: readonly number[] = [1.2, 1.5, 2, 3, 5, 10, 25].map(Math.log);
const MIXED: readonly number[] = [...UPPER_HALF.toReversed().map((one) => -one), ...UPPER_HALF];

/** All that is known about a ratio: its likelihood at the mixed values, and everywhere. Plain JSON, one size. */
export type RatioKnowledge = { readonly mixed: readonly number[]; readonly curve: LikelihoodCurve };

/** A range that holds the true ratio; an end that nothing bounds is `null`. */
export type RatioInterval = readonly [low: number | null, high: number | null];

/** Before the first look. */
export const NOTHING_KNOWN: RatioKnowledge = { mixed: MIXED.map(() => 0), curve: FLAT_CURVE };

/** What is known after one more look. */
export function learnRatio(knowledge: RatioKnowledge, logLikelihood: (logRatio: number) => number): RatioKnowledge {
  return { mixed: knowledge.mixed.map((value, index) => value + logLikelihood(MIXED[index] ?? 0)), curve: addToCurve(knowledge.curve, logLikelihood) };
}

/**
 * The confidence sequence of the ratio: {ψ: mixture − L(ψ) < ln(1/α)}. With probability 1 − α it holds the true ratio at every look, if
 * that is one and the same at all of them. No cap, onset or tempering, and no intersection with earlier looks.
 */
export function ratioInterval(knowledge: RatioKnowledge, logThreshold: number): RatioInterval {
  const level = logMean(knowledge.mixed) - logThreshold;
  const { inside } = knowledge.mixed.reduce((best, value, index) => (value > best.value ? { value, inside: MIXED[index] ?? 0 } : best), { value: -Infinity, inside: 0 });
  const end = (outside: number) => {
    const root = crossing(knowledge.curve, { level, inside, outside });
    return root === null ? null : Math.exp(root);
  };
  return [end(-CURVE_REACH), end(CURVE_REACH)];
}

/** Where the curve, which is concave, falls to a level between a point above it and one below; `null` where it stays above. */
function crossing(curve: LikelihoodCurve, at: { readonly level: number; readonly inside: number; readonly outside: number }): number | null {
  const height = (logRatio: number) => curveAt(curve, logRatio) - at.level;
  let [inner, outer] = [{ x: at.inside, y: height(at.inside) }, { x: at.outside, y: height(at.outside) }];
  if (outer.y > 0) return null;
  // The Illinois method: it keeps the root between both ends and needs about ten steps; halving alone would need 50, hence the bound.
  for (let step = 0; step < 100 && Math.abs(outer.x - inner.x) > 1e-13 * (1 + Math.abs(inner.x)); step += 1) {
    const x = step % 4 === 3 ? (inner.x + outer.x) / 2 : outer.x - (outer.y * (outer.x - inner.x)) / (outer.y - inner.y);
    const y = height(x);
    if (y === 0) return x;
    if (y > 0) [inner, outer] = [{ x, y }, { x: outer.x, y: outer.y / 2 }];
    else [inner, outer] = [{ x: inner.x, y: inner.y / 2 }, { x, y }];
  }
  return (inner.x + outer.x) / 2;
}
