import { InvalidPattern } from './invalid-pattern.ts';
import type { JsonEntry, JsonNode } from './json-node.ts';
import { readAlternative } from './match-expression.ts';
import type { ValueTest } from './value-test.ts';

/** What one field must be: any of the tests. `source` is the list as written, equal for equal lists. */
export interface FieldTests {
  readonly tests: readonly ValueTest[];
  readonly source: JsonNode;
}

/** One way for an event to match: every field, named by its dotted path, passes its tests. */
export type Rule = ReadonlyMap<string, FieldTests>;

/** Ways to match that one pattern may have; every `$or` multiplies them. EventBridge documents 1000 as its own limit. */
export const MAXIMUM_RULES = 1000;
/** Fields of one rule (`GenericMachine.MAXIMUM_RULE_SIZE` of aws/event-ruler). */
export const MAXIMUM_FIELDS = 256;

const OR = '$or';

/** Names that may not be fields inside `$or`: operators, and words EventBridge keeps for later ones. */
const RESERVED_INSIDE_OR: ReadonlySet<string> = new Set([
  'exactly', 'equals-ignore-case', 'prefix', 'suffix', 'anything-but', 'exists', 'wildcard', 'numeric', 'cidr',
  '=', '<', '<=', '>', '>=', 'regex', 'not-wildcard', 'not-equals-ignore-case',
  'date-after', 'date-on-or-after', 'date-before', 'date-on-or-before', 'in-date-range',
  'ip-address-in-range', 'ip-address-not-in-range',
]);

/**
 * Reads a pattern into its rules. Of a field named twice, by one path or two, the last counts. Where `$or` does not have
 * the form of an alternative it is a field like any other, as for patterns that are older than `$or`; when that has no
 * meaning either, the reason is the one about `$or`. Throws InvalidPattern.
 */
export function readRules(pattern: JsonNode): readonly Rule[] {
  if (pattern.kind !== 'object') throw new InvalidPattern('Filter is not an object');
  try {
    return readPattern(pattern.entries, false);
  } catch (error) {
    if (!(error instanceof InvalidPattern)) throw error;
    return readWithOrAsField(pattern.entries, error);
  }
}

interface Place {
  readonly path: string | undefined;
  readonly insideOr: boolean;
  readonly orIsField: boolean;
}

function readWithOrAsField(entries: readonly JsonEntry[], first: InvalidPattern): readonly Rule[] {
  try {
    return readPattern(entries, true);
  } catch (error) {
    if (error instanceof InvalidPattern) throw first;
    throw error;
  }
}

function readPattern(entries: readonly JsonEntry[], orIsField: boolean): readonly Rule[] {
  const rules = [new Map<string, FieldTests>()];
  readObject(entries, { path: undefined, insideOr: false, orIsField }, rules);
  return rules;
}

/** Adds an object's fields to all rules, in place; `$or` replaces them by as many copies as it has branches. */
function readObject(entries: readonly JsonEntry[], place: Place, rules: Map<string, FieldTests>[]): void {
  if (entries.length === 0) throw new InvalidPattern('Empty objects are not allowed');
  for (const { key, value } of entries) {
    if (key === OR && !place.orIsField) {
      readOr(value, place, rules);
      continue;
    }
    if (place.insideOr && RESERVED_INSIDE_OR.has(key)) {
      throw new InvalidPattern(`${key} is Ruler reserved fieldName which cannot be used inside ${OR}.`);
    }
    const path = place.path === undefined ? key : `${place.path}.${key}`;
    if (value.kind === 'object') readObject(value.entries, { ...place, path }, rules);
    else if (value.kind === 'array') addField(rules, path, value);
    else throw new InvalidPattern(`"${key}" must be an object or an array`);
  }
}

function readOr(value: JsonNode, place: Place, rules: Map<string, FieldTests>[]): void {
  if (value.kind !== 'array') throw new InvalidPattern(`It must be an Array followed with ${OR}.`);
  const before = rules.splice(0);
  for (const item of value.items) {
    if (item.kind !== 'object') throw new InvalidPattern(`Only JSON object is allowed in array of ${OR} relationship.`);
    const branch = before.map((rule) => new Map(rule));
    readObject(item.entries, { ...place, insideOr: true }, branch);
    rules.push(...branch);
    if (rules.length > MAXIMUM_RULES) {
      throw new InvalidPattern(`Rule is too complex - its ${OR} make more than ${MAXIMUM_RULES} combinations`);
    }
  }
  if (value.items.length < 2) throw new InvalidPattern(`There must have at least 2 Objects in ${OR} relationship.`);
}

function addField(rules: readonly Map<string, FieldTests>[], path: string, list: JsonNode & { readonly kind: 'array' }): void {
  if (list.items.length === 0) throw new InvalidPattern('Empty arrays are not allowed');
  const field: FieldTests = { tests: list.items.flatMap(readAlternative), source: list };
  for (const rule of rules) {
    rule.set(path, field);
    if (rule.size > MAXIMUM_FIELDS) throw new InvalidPattern(`Rule has more than ${MAXIMUM_FIELDS} fields`);
  }
}
