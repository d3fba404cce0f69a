import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { closedTesting } from '#domain/analysis/statistics/combine';
import { distributionBound, logCalibrated, logDistributionDoubt } from '#domain/analysis/statistics/distribution-bound';
import { logAboveFloor, logBelowFloor } from '#domain/analysis/statistics/floor-evidence';
import { meanInterval } from '#domain/analysis/statistics/mean-evidence';
import { oddsLogLikelihood } from '#domain/analysis/statistics/odds-likelihood';
import { logBeta, logGamma, logIncompleteBeta, logNormalCdf, normalQuantile } from '#domain/analysis/statistics/special-functions';
import { logLargerSplit, logOtherSplit } from '#domain/analysis/statistics/split-evidence';

const rows = z.array(z.object({ arguments: z.array(z.number()), value: z.union([z.number(), z.array(z.number())]) }));
const golden = z.object({ madeBy: z.string() }).catchall(z.unknown()).parse(JSON.parse(readFileSync(new URL('../golden/formulas.json', import.meta.url), 'utf8')));

const floor = { bound: 0.001, a: 0.5, b: 499.5 };
const split = { share: 0.1, a: 10, b: 90 };

/** Each formula under the name that it has in the golden file, and how its arguments are given there. */
const formulas: { readonly [name: string]: (...all: readonly number[]) => number | readonly number[] } = {
  odds: (canary = 0, stable = 0, x = 0, y = 0, logOdds = 0) => oddsLogLikelihood({ canary: { total: canary, bad: x }, stable: { total: stable, bad: y } }, logOdds),
  logGamma: (x = 0) => logGamma(x),
  logBeta: (a = 0, b = 0) => logBeta(a, b),
  logIncompleteBeta: (x = 0, a = 0, b = 0) => logIncompleteBeta(x, a, b),
  logNormalCdf: (x = 0) => logNormalCdf(x),
  normalQuantile: (p = 0) => normalQuantile(p),
  aboveFloor: (bad = 0, total = 0) => logAboveFloor(floor, { bad, total }),
  belowFloor: (bad = 0, total = 0) => logBelowFloor(floor, { bad, total }),
  otherSplit: (canary = 0, total = 0) => logOtherSplit(split, { canary, total }),
  largerSplit: (canary = 0, total = 0) => logLargerSplit(split, { canary, total }),
  distributionBound: (n = 0, alpha = 0) => distributionBound(n, -Math.log(alpha)),
  doubt: (gap = 0, canary = 0, stable = 0) => logDistributionDoubt(gap, { canary, stable }),
  calibrated: (logDoubt = 0) => logCalibrated(logDoubt),
  meanInterval: (weighted = 0, precision = 0, tau = 0, alpha = 0) => meanInterval({ weighted, precision }, tau, -Math.log(alpha)) ?? [],
  closed: (...logs) => closedTesting(logs),
};

const cases = Object.entries(golden).filter(([name]) => name !== 'madeBy').flatMap(([name, all]) => rows.parse(all).map((one) => [name, one.arguments, one.value] as const));

describe(`a formula, beside an independent implementation (${golden.madeBy})`, () => {
  it('has golden values under every name', () => {
    expect([...new Set(cases.map(([name]) => name))].toSorted()).toEqual(Object.keys(formulas).toSorted());
  });

  it.each(cases)('%s of %j is %j', (name, given, expected) => {
    const found = [formulas[name]?.(...given) ?? []].flat();
    for (const [index, value] of [expected].flat().entries()) expect(Math.abs((found[index] ?? Number.NaN) - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
  });
});
