/** Kayenta's, and those of R's `zeroin`: an absolute tolerance, and how often at most. */
const TOLERANCE = 1e-4;
const MAXIMUM_STEPS = 1000;

/** What counts as 0: the smallest normal double, as Precision.equals(y, 0) of Commons Math, which allows one unit in the last place. */
const NOTHING = Number.MIN_VALUE;

type Bracket = { readonly a: number; readonly b: number; readonly c: number; readonly fa: number; readonly fb: number; readonly fc: number };

/**
 * A root between two ends by Brent's method, with the steps and the stopping rule of Kayenta, so that it ends at the same place.
 * Source: R. Brent, Algorithms for Minimization without Derivatives, 1973, chapter 4; the form of R's `zeroin`.
 */
export function brentRoot(f: (x: number) => number, low: number, high: number): number {
  let at: Bracket = { a: low, b: high, c: low, fa: f(low), fb: f(high), fc: f(low) };
  if (isNothing(at.fa)) return low;
  if (isNothing(at.fb)) return high;
  for (let step = 0; step <= MAXIMUM_STEPS; step += 1) {
    const previous = at.b - at.a;
    if (Math.abs(at.fc) < Math.abs(at.fb)) at = { a: at.b, b: at.c, c: at.b, fa: at.fb, fb: at.fc, fc: at.fb };
    const tolerance = 2 * Number.EPSILON * Math.abs(at.b) + TOLERANCE / 2;
    const half = (at.c - at.b) / 2;
    if (Math.abs(half) <= tolerance || isNothing(at.fb)) return at.b;
    const wanted = interpolated(at, { previous, tolerance, half });
    const move = Math.abs(wanted) < tolerance ? (wanted > 0 ? tolerance : -tolerance) : wanted;
    const next = at.b + move;
    const value = f(next);
    const isSameSide = (value > 0 && at.fc > 0) || (value < 0 && at.fc < 0);
    at = { a: at.b, fa: at.fb, b: next, fb: value, ...(isSameSide ? { c: at.b, fc: at.fb } : { c: at.c, fc: at.fc }) };
  }
  return at.b;
}

/** The step that interpolation proposes, where it is short enough to be trusted; else half of the bracket. */
function interpolated({ a, b, c, fa, fb, fc }: Bracket, at: { readonly previous: number; readonly tolerance: number; readonly half: number }): number {
  if (Math.abs(at.previous) < at.tolerance || Math.abs(fa) <= Math.abs(fb)) return at.half;
  const width = c - b;
  let [p, q] = [0, 0];
  if (a === c) {
    p = width * (fb / fa);
    q = 1 - fb / fa;
  } else {
    const [u, v, w] = [fa / fc, fb / fc, fb / fa];
    p = w * (width * u * (u - v) - (b - a) * (v - 1));
    q = (u - 1) * (v - 1) * (w - 1);
  }
  if (p > 0) q = -q;
  else p = -p;
  return p < 0.75 * width * q - Math.abs(at.tolerance * q) / 2 && p < Math.abs((at.previous * q) / 2) ? p / q : at.half;
}

function isNothing(value: number): boolean {
  return Math.abs(value) <= NOTHING;
}
