/** The curve reaches from a ratio of one millionth to a million; an interval's end beyond that is told as unbounded. */
const REACH = Math.log(1e6);

/**
 * Points of the curve. A look's log-likelihood in ln ψ is analytic but for zeros of E[ψ^X], which are real and negative, so at a distance
 * of π from the real axis: interpolation in 128 intervals errs by (π/R + √(1 + π²/R²))^−128 ≈ 3·10⁻¹³ of it, for R = ln 10⁶.
 * Source: Trefethen, Approximation Theory and Approximation Practice, theorem 8.2.
 */
const INTERVALS = 128;

/** Nearer than this to a point is at it; the reciprocal of less would be no number any more. */
const AT_POINT = 1e-200;

/** ln ψ at the points, rising, and exactly mirrored about 0. */
export const CURVE_POINTS: readonly number[] = Array.from({ length: INTERVALS + 1 }, (_, index) => (index === INTERVALS / 2 ? 0 : REACH * Math.sin((Math.PI * (index - INTERVALS / 2)) / INTERVALS)));

/**
 * The sum of the log-likelihoods of all looks as a function of ln ψ, kept by its values at `CURVE_POINTS`. It has one size however many
 * looks it holds, and gives the sum anywhere between.
 */
export type LikelihoodCurve = readonly number[];

/** The curve of nothing. */
export const FLAT_CURVE: LikelihoodCurve = CURVE_POINTS.map(() => 0);

/** The curve with one more look. */
export function addToCurve(curve: LikelihoodCurve, logLikelihood: (logRatio: number) => number): LikelihoodCurve {
  return curve.map((value, index) => value + logLikelihood(CURVE_POINTS[index] ?? 0));
}

/** The curve at ln ψ within its reach: the barycentric formula of the second kind. Source: Berrut & Trefethen, SIAM Review 46(3), 2004, (5.4). */
export function curveAt(curve: LikelihoodCurve, logRatio: number): number {
  let above = 0;
  let below = 0;
  for (let index = 0; index <= INTERVALS; index += 1) {
    const distance = logRatio - (CURVE_POINTS[index] ?? 0);
    const value = curve[index] ?? 0;
    if (Math.abs(distance) < AT_POINT) return value;
    const weight = (index === 0 || index === INTERVALS ? 0.5 : 1) * (index % 2 === 0 ? 1 : -1);
    above += (weight / distance) * value;
    below += weight / distance;
  }
  return above / below;
}

/** The outermost ln ψ that the curve knows. */
export const CURVE_REACH: number = REACH;
