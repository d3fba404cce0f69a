import { logBeta, logIncompleteBeta } from '#domain/analysis/statistics/special-functions';

/** Evidence about one arm's share of bad requests against a fixed bound, from a Beta(a, b) mixture cut off at the bound. */
export type Floor = { readonly bound: number; readonly a: number; readonly b: number };

/** The mixture whose mean is the bound, as spread out as half an observation: Beta(½, ½/p0 − ½). */
export function floorAt(bound: number): Floor {
  return { bound, a: 0.5, b: 0.5 / bound - 0.5 };
}

/**
 * ln of the evidence that the share of bad requests is below the bound, for H0: it is the bound or more.
 * ln B(a+X, b+n−X) − ln B(a, b) − X ln p0 − (n−X) ln(1−p0) + ln I_p0(a+X, b+n−X) − ln I_p0(a, b).
 * Source: Beta-binomial mixture, as in Howard, Ramdas, McAuliffe & Sekhon, Ann. Statist. 49(2), 2021, cut off to one side.
 */
export function logBelowFloor(floor: Floor, counts: { readonly total: number; readonly bad: number }): number {
  return againstBound(floor, counts) + logIncompleteBeta(floor.bound, floor.a + counts.bad, floor.b + counts.total - counts.bad) - logIncompleteBeta(floor.bound, floor.a, floor.b);
}

/** ln of the evidence that the share of bad requests is above the bound, for H0: it is the bound or less. */
export function logAboveFloor(floor: Floor, counts: { readonly total: number; readonly bad: number }): number {
  const above = (a: number, b: number) => logIncompleteBeta(1 - floor.bound, b, a);
  return againstBound(floor, counts) + above(floor.a + counts.bad, floor.b + counts.total - counts.bad) - above(floor.a, floor.b);
}

function againstBound({ bound, a, b }: Floor, { total, bad }: { readonly total: number; readonly bad: number }): number {
  if (total === 0) return 0;
  return logBeta(a + bad, b + total - bad) - logBeta(a, b) - bad * Math.log(bound) - (total - bad) * Math.log1p(-bound);
}
