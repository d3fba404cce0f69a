/**
 * A JSON value that keeps what JavaScript's own parser drops and EventBridge minds: every entry of an object in the order
 * written (also a key written twice), and each number as its text.
 */
export type JsonNode =
  | { readonly kind: 'object'; readonly entries: readonly JsonEntry[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'literal'; readonly text: 'true' | 'false' | 'null' };

/** One key of an object with its value. */
export interface JsonEntry {
  readonly key: string;
  readonly value: JsonNode;
}

/** The nesting at which Jackson, the parser EventBridge uses, gives up (`StreamReadConstraints.DEFAULT_MAX_DEPTH`). */
export const MAXIMUM_DEPTH = 1000;

/** Thrown when a value is nested deeper than {@link MAXIMUM_DEPTH}, so that no recursion over it can exhaust the stack. */
export class NestedTooDeep extends Error {
  constructor() {
    super(`Document nesting depth exceeds the maximum allowed (${MAXIMUM_DEPTH})`);
    this.name = 'NestedTooDeep';
  }
}

/**
 * Turns a parsed value into nodes. What JSON has no word for becomes what `JSON.stringify` makes of it: undefined members
 * are left out, everything else without a form is null.
 */
export function jsonNodeOf(value: unknown, depth = 0): JsonNode {
  if (depth > MAXIMUM_DEPTH) throw new NestedTooDeep();
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'number' && Number.isFinite(value)) return { kind: 'number', text: String(value) };
  if (typeof value === 'boolean') return { kind: 'literal', text: value ? 'true' : 'false' };
  if (Array.isArray(value)) return { kind: 'array', items: value.map((item) => jsonNodeOf(item, depth + 1)) };
  if (typeof value !== 'object' || value === null) return { kind: 'literal', text: 'null' };
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return { kind: 'object', entries: entries.map(([key, member]) => ({ key, value: jsonNodeOf(member, depth + 1) })) };
}

/** Writes a node as compact JSON text, with repeated keys and number texts as they were. */
export function jsonTextOf(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return `{${node.entries.map((entry) => `${JSON.stringify(entry.key)}:${jsonTextOf(entry.value)}`).join(',')}}`;
    case 'array':
      return `[${node.items.map(jsonTextOf).join(',')}]`;
    case 'string':
      return JSON.stringify(node.value);
    case 'number':
    case 'literal':
      return node.text;
  }
}
