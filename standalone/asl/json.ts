import type { Json, JsonObject } from '#stepfunctions/language';

/** The most bytes an input, a result, an output or one Assign may have as JSON text: 256 KiB, the quota of Step Functions. */
export const MAXIMUM_DATA_BYTES = 262_144;

/** How deep a JSON text from outside may nest. Machines of 40 nested Maps stay under it; code that walks recursively is safe below it. */
export const MAXIMUM_DEPTH = 200;

/** The most values a JSON document from outside may hold: a megabyte of text, two characters each. */
const MAXIMUM_VALUES = 524_288;

/** Tells an object of JSON from an array, a scalar and undefined. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The name JSONata and AWS's messages give to a value's type. */
export function jsonTypeOf(value: Json): 'null' | 'array' | 'object' | 'string' | 'number' | 'boolean' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      return 'object';
  }
}

/** The length of a value as JSON text, in bytes of UTF-8. */
export function sizeBytesOf(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * Says what keeps an unknown value from being JSON of bounded depth and size, or undefined when nothing does. It walks
 * with a stack of its own, so that no depth can overflow ours, and it ends after a fixed number of values.
 */
export function jsonFault(value: unknown): string | undefined {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 1 }];
  for (let seen = 0; open.length > 0; seen += 1) {
    const next = open.pop();
    if (next === undefined) break;
    if (seen >= MAXIMUM_VALUES) return `holds more than ${MAXIMUM_VALUES} values`;
    if (next.depth > MAXIMUM_DEPTH) return `nests deeper than ${MAXIMUM_DEPTH} levels`;
    if (!isJsonValue(next.value)) return `holds ${describe(next.value)}, which JSON cannot carry`;
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const child of Object.values(next.value)) open.push({ value: child, depth: next.depth + 1 });
  }
  return undefined;
}

/** Takes an unknown value for JSON, or says what keeps it from being that. */
export function readJson(value: unknown): { readonly json: Json; readonly fault?: never } | { readonly fault: string } {
  const fault = jsonFault(value);
  return fault === undefined ? { json: value as Json } : { fault };
}

function isJsonValue(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      return value === null || Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value));
    default:
      return false;
  }
}

function describe(value: unknown): string {
  return typeof value === 'object' ? 'an instance of a class' : `a value of type ${typeof value} (${String(value)})`;
}
