import type { ArrayElement, EventField } from './event-fields.ts';

/** Which element was taken of each array so far, by the array's id. */
export type ChosenElements = ReadonlyMap<number, number>;

/** The fields of one path, found by the elements they lie in. */
export interface FieldIndex {
  readonly root: IndexNode;
  readonly arrayIds: ReadonlySet<number>;
}

interface IndexNode {
  readonly fields: EventField[];
  readonly arrays: Map<number, Map<number, IndexNode>>;
}

/** Builds the index of the fields of one path; time and space grow with the fields and the elements around them. */
export function indexFields(fields: readonly EventField[]): FieldIndex {
  const root = newNode();
  const arrayIds = new Set<number>();
  const known = new Map<ArrayElement, IndexNode>();
  const nodeOf = (element: ArrayElement | undefined): IndexNode => {
    if (element === undefined) return root;
    const existing = known.get(element);
    if (existing !== undefined) return existing;
    const outer = nodeOf(element.outer);
    const elements = outer.arrays.get(element.arrayId) ?? new Map<number, IndexNode>();
    const node = newNode();
    outer.arrays.set(element.arrayId, elements.set(element.index, node));
    arrayIds.add(element.arrayId);
    known.set(element, node);
    return node;
  };
  for (const field of fields) nodeOf(field.element).fields.push(field);
  return { root, arrayIds };
}

/** The fields that lie in no other element of an array than the chosen one; visits no others. */
export function* consistentFields(index: FieldIndex, chosen: ChosenElements): Generator<EventField> {
  const waiting = [index.root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield* node.fields;
    for (const [arrayId, elements] of node.arrays) {
      const only = chosen.get(arrayId);
      if (only === undefined) waiting.push(...elements.values());
      else waiting.push(...[elements.get(only)].filter((inner) => inner !== undefined));
    }
  }
}

function newNode(): IndexNode {
  return { fields: [], arrays: new Map() };
}
