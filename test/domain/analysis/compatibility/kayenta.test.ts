import { describe, expect, it } from 'vitest';

import { hasShared } from '#test/shared-data';

import { agrees, comparisonsOf } from './compare.ts';
import { readKayentaCases } from './kayenta-cases.ts';

const cases = hasShared('conformance/kayenta-cases.json') ? readKayentaCases() : [];

describe.skipIf(cases.length === 0)('the compatibility judge for Kayenta, by Kayenta\'s own cases', () => {
  it('finds all of them', () => {
    expect(cases).toHaveLength(87);
  });

  it.each(cases.map((one) => [one.suite, one.name, one] as const))('%s: %s', (_suite, _name, one) => {
    const comparisons = comparisonsOf(one);
    expect(comparisons.length).toBeGreaterThan(0);
    expect(comparisons.filter((comparison) => !agrees(comparison))).toEqual([]);
  });
});
