import { parseAddress } from './addresses.ts';
import { MAXIMUM_DEPTH, NestedTooDeep } from './json-node.ts';
import type { EventValue } from './value-test.ts';

/**
 * The element of an array a value lies in, and through `outer` the elements around it. Two values may be taken together
 * only when they agree on the element of every array that both lie in.
 */
export interface ArrayElement {
  readonly arrayId: number;
  readonly index: number;
  readonly outer: ArrayElement | undefined;
}

/** A leaf of an event: its value and the innermost element of an array of objects or arrays it lies in. */
export interface EventField {
  readonly value: EventValue;
  readonly element: ArrayElement | undefined;
}

/** The dotted paths a pattern asks for, and all their beginnings: where a walk through an event has to go. */
export interface WantedPaths {
  readonly paths: ReadonlySet<string>;
  readonly beginnings: ReadonlySet<string>;
}

/** Prepares a set of paths for {@link collectFields}. */
export function wantedPaths(paths: Iterable<string>): WantedPaths {
  const all = new Set(paths);
  const beginnings = new Set<string>();
  for (const path of all) {
    for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) beginnings.add(path.slice(0, dot));
  }
  return { paths: all, beginnings };
}

/**
 * The leaves of an event by dotted path, of wanted paths only. A key that holds dots and the objects it could stand for
 * give the same path. Values directly in an array are that path's values; those in objects in an array also remember the
 * element. Throws NestedTooDeep where arrays nest deeper than EventBridge's parser allows.
 */
export function collectFields(event: object, wanted: WantedPaths): ReadonlyMap<string, readonly EventField[]> {
  const fields = new Map<string, EventField[]>();
  let arrayCount = 0;
  const walk = (value: unknown, path: string, place: { readonly element: ArrayElement | undefined; readonly depth: number }): void => {
    if (place.depth > MAXIMUM_DEPTH) throw new NestedTooDeep();
    if (Array.isArray(value)) {
      const arrayId = arrayCount++;
      value.forEach((item: unknown, index) => {
        const isContainer = typeof item === 'object' && item !== null;
        const element = isContainer ? { arrayId, index, outer: place.element } : place.element;
        walk(item, path, { element, depth: place.depth + 1 });
      });
    } else if (typeof value === 'object' && value !== null) {
      if (!wanted.beginnings.has(path)) return;
      for (const [key, member] of Object.entries(value)) visit(`${path}.${key}`, member, { ...place, depth: place.depth + 1 });
    } else if (wanted.paths.has(path) && value !== undefined) {
      const known = fields.get(path) ?? [];
      known.push({ value: eventValueOf(value), element: place.element });
      fields.set(path, known);
    }
  };
  const visit = (path: string, member: unknown, place: { readonly element: ArrayElement | undefined; readonly depth: number }): void => {
    if (wanted.paths.has(path) || wanted.beginnings.has(path)) walk(member, path, place);
  };
  for (const [key, member] of Object.entries(event)) visit(key, member, { element: undefined, depth: 1 });
  return fields;
}

function eventValueOf(value: unknown): EventValue {
  if (typeof value === 'string') return { text: `"${value}"`, number: undefined, address: parseAddress(value) };
  if (typeof value === 'number') return { text: String(value), number: value, address: undefined };
  return { text: typeof value === 'boolean' ? String(value) : 'null', number: undefined, address: undefined };
}
