import type { EventField } from './event-fields.ts';
import type { ChosenElements, FieldIndex } from './field-index.ts';
import { consistentFields, indexFields } from './field-index.ts';
import type { FieldTests } from './pattern-rules.ts';
import { holds } from './value-test.ts';

/** A rule with its fields in the order in which EventBridge tests them. */
export type OrderedRule = readonly (readonly [path: string, field: FieldTests])[];

/** The fields of one event, indexed once for all rules, and the steps that may still be made over it. */
export interface Search {
  readonly indexOf: (path: string) => FieldIndex;
  readonly spend: (steps: number) => void;
}

/**
 * Steps over one event, of about a microsecond each, so a search ends within a second or two. An array of n objects takes
 * two steps per object and field of the pattern; the largest event EventBridge takes (1 MB) has room for about 170 000
 * such pairs, so that 340 000 steps do. More are needed only where one path is spelt in several ways (`a.b` beside
 * `a: {b}`), each with a long array, and where very many fields must be absent from each object of a very long array.
 */
const MAXIMUM_STEPS = 1_000_000;

/** Thrown for an event that is made to keep the search busy; no answer is given rather than a wrong one. */
export class EventTooComplex extends Error {
  readonly code = 'EventTooComplex';

  constructor() {
    super(`The event needs more than ${MAXIMUM_STEPS} steps to be matched`);
    this.name = 'EventTooComplex';
  }
}

/** Prepares the search over one event. */
export function newSearch(fields: ReadonlyMap<string, readonly EventField[]>): Search {
  const indexes = new Map<string, FieldIndex>();
  let steps = 0;
  const indexOf = (path: string): FieldIndex => {
    const index = indexes.get(path) ?? indexFields(fields.get(path) ?? []);
    indexes.set(path, index);
    return index;
  };
  const spend = (count: number): void => {
    steps += count;
    if (steps > MAXIMUM_STEPS) throw new EventTooComplex();
  };
  return { indexOf, spend };
}

/**
 * The first path of a rule that the event does not satisfy together with those before; undefined when it satisfies all.
 *
 * Fields are tested in order, each with every choice of array elements that the fields before left possible. A choice is
 * remembered only for arrays that later fields lie in, so that choices without consequence fall together. `exists: false`
 * asks about the elements chosen so far, not about those chosen later, which is what EventBridge's own order gives.
 */
export function firstUnmatched(rule: OrderedRule, search: Search): string | undefined {
  const lastUse = lastUseOfArrays(rule, search);
  let states: readonly ChosenElements[] = [new Map()];
  for (const [position, [path, field]] of rule.entries()) {
    const next = new Map<string, ChosenElements>();
    for (const state of states) {
      for (const chosen of continuations(state, { index: search.indexOf(path), field, search })) {
        const kept = [...chosen].filter(([arrayId]) => (lastUse.get(arrayId) ?? -1) > position);
        next.set(nameOf(kept), new Map(kept));
      }
    }
    if (next.size === 0) return path;
    states = [...next.values()];
  }
  return undefined;
}

interface Step {
  readonly index: FieldIndex;
  readonly field: FieldTests;
  readonly search: Search;
}

/** The choices after one more field: one for each value that passes, and the same when the field may be and is missing. */
function* continuations(chosen: ChosenElements, step: Step): Generator<ChosenElements> {
  let isMissing = true;
  for (const candidate of consistentFields(step.index, chosen)) {
    isMissing = false;
    step.search.spend(1 + chosen.size);
    if (!step.field.tests.some((test) => holds(test, candidate.value))) continue;
    yield withElements(chosen, candidate);
  }
  step.search.spend(1);
  if (isMissing && step.field.tests.some((test) => test.kind === 'absent')) yield chosen;
}

function withElements(chosen: ChosenElements, field: EventField): ChosenElements {
  if (field.element === undefined) return chosen;
  const extended = new Map(chosen);
  for (let element = field.element; ; element = element.outer) {
    extended.set(element.arrayId, element.index);
    if (element.outer === undefined) return extended;
  }
}

function lastUseOfArrays(rule: OrderedRule, search: Search): ReadonlyMap<number, number> {
  const lastUse = new Map<number, number>();
  for (const [position, [path]] of rule.entries()) {
    for (const arrayId of search.indexOf(path).arrayIds) lastUse.set(arrayId, position);
  }
  return lastUse;
}

function nameOf(elements: readonly (readonly [number, number])[]): string {
  return elements.map(([arrayId, index]) => `${arrayId}:${index}`).toSorted().join(' ');
}
