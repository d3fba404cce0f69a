import { hasShared } from '#test/shared-data';

import { agrees, comparisonsOf } from '../../test/domain/analysis/compatibility/compare.ts';
import { readKayentaCases } from '../../test/domain/analysis/compatibility/kayenta-cases.ts';
import type { Goal } from './goals.ts';

/** Goal G7: all of Kayenta's own cases agree with the judge that stands in for it. Nothing where the recorded cases are not here. */
export function kayentaAgreement(): readonly Goal[] {
  if (!hasShared('conformance/kayenta-cases.json')) return [];
  const cases = readKayentaCases();
  const agreeing = cases.filter((one) => comparisonsOf(one).every(agrees)).length;
  return [{ goal: 'G7', what: 'Kayenta\'s own test cases', measured: `${agreeing} of ${cases.length}`, holds: agreeing === cases.length }];
}
