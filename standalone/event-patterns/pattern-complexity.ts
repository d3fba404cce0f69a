import { jsonTextOf } from './json-node.ts';
import type { FieldTests, Rule } from './pattern-rules.ts';
import type { ValueTest } from './value-test.ts';
import type { WildcardGroup } from './wildcard-complexity.ts';
import { isTooComplex } from './wildcard-complexity.ts';

/**
 * Says whether the wildcards of a pattern are too complex for EventBridge. Those that one field may be tested against at
 * once count together: all in one list, and across `$or` those of rules that agree on every field sorted before.
 */
export function hasTooComplexWildcards(rules: readonly Rule[]): boolean {
  const groups = new Map<string, Map<FieldTests, readonly WildcardGroup[]>>();
  const numbers = new Map<string, number>();
  for (const rule of rules) {
    if (![...rule.values()].some((field) => wildcardGroups(field).length > 0)) continue;
    let before = 0;
    for (const path of [...rule.keys()].toSorted(byCodeUnits)) {
      const field = rule.get(path);
      if (field === undefined) continue;
      const place = `${before} ${path}`;
      const here = groups.get(place) ?? new Map<FieldTests, readonly WildcardGroup[]>();
      groups.set(place, here.set(field, wildcardGroups(field)));
      before = numberOf(numbers, `${place} ${sourceText(field)}`);
    }
  }
  return [...groups.values()].some((fields) => isTooComplex([...fields.values()].flat()));
}

/** The order in which EventBridge tests fields: by UTF-16 code units, as Java compares strings. */
export function byCodeUnits(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

const texts = new WeakMap<FieldTests, string>();

function sourceText(field: FieldTests): string {
  const known = texts.get(field) ?? jsonTextOf(field.source);
  texts.set(field, known);
  return known;
}

function numberOf(numbers: Map<string, number>, key: string): number {
  const number = numbers.get(key) ?? numbers.size + 1;
  numbers.set(key, number);
  return number;
}

function wildcardGroups(field: FieldTests): readonly WildcardGroup[] {
  return field.tests.map(wildcardsOf).filter((group) => group.length > 0);
}

function wildcardsOf(test: ValueTest): WildcardGroup {
  if (test.kind === 'wildcard') return [test.wildcard];
  if (test.kind !== 'anything-but') return [];
  return test.tests.flatMap(wildcardsOf);
}
