/** ln √(2π). */
const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** From here on five terms of Stirling's series are exact to the last digit: the sixth is 691 ÷ 360360 ÷ 12¹¹ ≈ 3·10⁻¹⁵. */
const STIRLING_FROM = 12;

/** A continued fraction ends when a step changes nothing that a double can hold, or here; the incomplete beta function needs about √max(a, b) steps. */
const MAXIMUM_STEPS = 100_000;

/** A fraction's part of 0 would divide by 0; this is the usual stand-in of Lentz's method. */
const TINY = 1e-300;

/** What ln Γ(x) has beyond (x − ½) ln x − x + ln √(2π), for x from 12 on. Source: Abramowitz & Stegun 6.1.41. */
export function stirlingRemainder(x: number): number {
  const square = 1 / (x * x);
  return (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / x;
}

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  let product = 1;
  let from = x;
  for (; from < STIRLING_FROM; from += 1) product *= from;
  return (from - 0.5) * Math.log(from) - from + LOG_ROOT_TWO_PI + stirlingRemainder(from) - Math.log(product);
}

/** ln B(a, b) for a, b > 0. Large arguments do not cancel: ln Γ(b + a) − ln Γ(b) is one expression. */
export function logBeta(a: number, b: number): number {
  const [small, large] = a < b ? [a, b] : [b, a];
  if (large < STIRLING_FROM) return logGamma(small) + logGamma(large) - logGamma(small + large);
  const difference = (large + small - 0.5) * Math.log1p(small / large) + small * (Math.log(large) - 1) + stirlingRemainder(large + small) - stirlingRemainder(large);
  return logGamma(small) - difference;
}

/**
 * ln I_x(a, b), the regularized incomplete beta function, for 0 ≤ x ≤ 1; exact also where it is far below the smallest double.
 * Source: the continued fraction of DLMF 8.17.22, evaluated by Lentz's method, and I_x(a, b) = 1 − I_{1−x}(b, a).
 */
export function logIncompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return -Infinity;
  if (x >= 1) return 0;
  const front = a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b);
  if (x < (a + 1) / (a + b + 2)) return front - Math.log(a) + Math.log(betaFraction(x, a, b));
  return Math.log1p(-Math.min(1, Math.exp(front - Math.log(b)) * betaFraction(1 - x, b, a)));
}

function betaFraction(x: number, a: number, b: number): number {
  const away = (value: number) => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < MAXIMUM_STEPS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const change = d * c;
    fraction *= change;
    if (Math.abs(change - 1) <= Number.EPSILON) break;
  }
  return fraction;
}

/** Below this the series of the normal distribution would lose digits, and the continued fraction of its tail converges fast. */
const TAIL_FROM = -3;

/** ln Φ(z), the distribution function of the standard normal; exact far into the lower tail. Source: Abramowitz & Stegun 26.2.11 and 26.2.14. */
export function logNormalCdf(z: number): number {
  if (z > -TAIL_FROM) return Math.log1p(-Math.exp(logNormalCdf(-z)));
  const logDensity = -0.5 * z * z - LOG_ROOT_TWO_PI;
  return z < TAIL_FROM ? logDensity + Math.log(millsRatio(-z)) : Math.log(0.5 + Math.exp(logDensity) * oddSeries(z));
}

/** z + z³/3 + z⁵/(3·5) + …: Φ(z) − ½ over the density. 200 terms are far more than |z| ≤ 3 needs. */
function oddSeries(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 1; n < 200 && Math.abs(term) > Number.EPSILON * Math.abs(sum); n += 1) {
    term *= (z * z) / (2 * n + 1);
    sum += term;
  }
  return sum;
}

/** (1 − Φ(z)) over the density, for z > 3: 1/(z + 1/(z + 2/(z + …))), from the inside; 200 levels give all digits there. */
function millsRatio(z: number): number {
  let fraction = z;
  for (let level = 200; level >= 1; level -= 1) fraction = z + level / fraction;
  return 1 / fraction;
}

/** The z with Φ(z) = p, for 0 < p < 1, by halving: 100 times bring an interval of 80 below the last digit. */
export function normalQuantile(p: number): number {
  let [low, high] = [-40, 40];
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    if (logNormalCdf(middle) < Math.log(p)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
