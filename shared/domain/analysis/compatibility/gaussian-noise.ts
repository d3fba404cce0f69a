import { normalQuantile } from '#domain/analysis/statistics/special-functions';

/**
 * Values with normal noise added. It is no chance: the i-th value gets the quantile of a fixed shuffle of the unit interval, so that the
 * same values give the same result. Kayenta draws it anew each time, to tell constant but different arms apart.
 */
export function addGaussianNoise(values: readonly number[], mean: number, standardDeviation: number): readonly number[] {
  const step = coprimeStep(values.length);
  return values.map((value, index) => value + mean + standardDeviation * normalQuantile((((index * step) % values.length) + 0.5) / values.length));
}

/** A step that visits every place of so many, far from the one before: the golden section, made coprime. */
function coprimeStep(length: number): number {
  for (let step = Math.max(1, Math.round(length * 0.618)); step > 1; step -= 1) if (greatestDivisor(step, length) === 1) return step;
  return 1;
}

function greatestDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestDivisor(other, one % other);
}
