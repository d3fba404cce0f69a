import type { EventCount } from '#domain/analysis/statistics/arm-counts';

/** By how much counts vary more than chance alone makes them, and from how many looks that is known. */
export type OverDispersion = { readonly phi: number; readonly looks: number };

/** A policy's phi goes no further. */
const MAXIMUM = 1000;

/**
 * The over-dispersion of the baseline's history: Pearson's χ² of the looks around their common share, per degree of freedom; 1 at least.
 * Only stable's own looks may go in: taken from the canary, a regression would hide itself. Where the share drifts, the drift is counted too,
 * which makes the judge slower and never wrong. Source: McCullagh & Nelder, Generalized Linear Models, 1989, section 4.5.
 */
export function overDispersion(history: readonly EventCount[]): OverDispersion {
  const looks = history.filter((one) => one.total > 0);
  const total = looks.reduce((sum, one) => sum + one.total, 0);
  const share = looks.reduce((sum, one) => sum + one.bad, 0) / total;
  if (looks.length < 2 || !(share > 0) || share >= 1) return { phi: 1, looks: looks.length };
  const chiSquare = looks.reduce((sum, one) => sum + (one.bad - one.total * share) ** 2 / (one.total * share * (1 - share)), 0);
  return { phi: Math.min(MAXIMUM, Math.max(1, chiSquare / (looks.length - 1))), looks: looks.length };
}
