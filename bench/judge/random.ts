import { logGamma } from '#domain/analysis/statistics/special-functions';

/** Chance with a seed: the same seed gives the same numbers on every machine. */
export type Random = {
  /** Uniform in (0, 1). */
  readonly uniform: () => number;
  /** Standard normal. */
  readonly normal: () => number;
  readonly poisson: (mean: number) => number;
  readonly binomial: (count: number, probability: number) => number;
  /** Counts of this mean whose variance is `dispersion` times it. */
  readonly bursts: (mean: number, dispersion: number) => number;
};

/** Makes a source of chance of some numbers, such as seed, scenario and run. Source: sfc32 of PractRand, seeded through its own first rounds. */
export function seededRandom(...seeds: readonly number[]): Random {
  const state = new Uint32Array([0x9e3779b9, 0x243f6a88, 0xb7e15162, 1]);
  const next = (): number => {
    const [a = 0, b = 0, c = 0, counter = 0] = state;
    const sum = (a + b + counter) >>> 0;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + sum;
    state[3] = counter + 1;
    return sum;
  };
  for (const seed of seeds) {
    state[0] = (state[0] ?? 0) ^ seed;
    for (let round = 0; round < 12; round += 1) next();
  }
  const uniform = () => (next() + 0.5) / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const poisson = (mean: number) => (mean < 10 ? smallPoisson(mean, uniform) : largePoisson(mean, uniform));
  return {
    uniform, normal, poisson,
    binomial: (count, probability) => binomial(count, probability, uniform),
    bursts: (mean, dispersion) => (dispersion <= 1 || mean === 0 ? poisson(mean) : poisson(gamma(mean / (dispersion - 1), { uniform, normal }) * (dispersion - 1))),
  };
}

/** Source: Knuth, The Art of Computer Programming, volume 2, 3.4.1. */
function smallPoisson(mean: number, uniform: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = uniform(); product > limit; product *= uniform()) count += 1;
  return count;
}

/** Source: Hörmann, "The transformed rejection method for generating Poisson random variables", 1993, algorithm PTRS. */
function largePoisson(mean: number, uniform: () => number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const edge = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return count;
    if (count < 0 || (edge < 0.013 && v > edge)) continue;
    if (Math.log((v * (1.1239 + 1.1328 / (b - 3.4))) / (a / (edge * edge) + b)) <= count * Math.log(mean) - mean - logGamma(count + 1)) return count;
  }
}

/** Counts by the gaps between successes, which are geometric. */
function binomial(count: number, probability: number, uniform: () => number): number {
  if (probability <= 0) return 0;
  if (probability > 0.5) return count - binomial(count, 1 - probability, uniform);
  const step = Math.log1p(-probability);
  let successes = -1;
  for (let at = 0; at <= count; at += Math.floor(Math.log(uniform()) / step) + 1) successes += 1;
  return successes;
}

/** Source: Marsaglia & Tsang, "A simple method for generating gamma variables", 2000. */
function gamma(shape: number, chance: { readonly uniform: () => number; readonly normal: () => number }): number {
  if (shape < 1) return gamma(shape + 1, chance) * chance.uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = chance.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(chance.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
