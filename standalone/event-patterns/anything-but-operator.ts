import { foldText } from './folded-text.ts';
import { InvalidPattern } from './invalid-pattern.ts';
import type { JsonNode } from './json-node.ts';
import { readComparable } from './numeric-operator.ts';
import type { ValueTest } from './value-test.ts';
import { parseWildcard } from './wildcards.ts';

/**
 * Reads the operand of `anything-but`: a string or number, a list of either, or one of four operators with a string or a
 * list of strings. Throws InvalidPattern with the reason EventBridge gives.
 */
export function readAnythingBut(operand: JsonNode): ValueTest {
  if (operand.kind !== 'object') {
    requireValueOrList(operand);
    return { kind: 'anything-but', tests: operand.kind === 'array' ? readList(operand.items) : [readPlain(operand)] };
  }
  const [entry, ...rest] = operand.entries;
  if (entry === undefined) throw new InvalidPattern('Anything-But expression name not found');
  const read = readerOf(entry.key);
  requireValueOrList(entry.value);
  const tests = entry.value.kind === 'array' ? entry.value.items.map(read) : [read(entry.value)];
  if (tests.length === 0) throw new InvalidPattern('Empty arrays are not allowed');
  if (rest.length > 0) throw new InvalidPattern('Too many elements in numeric expression');
  return { kind: 'anything-but', tests };
}

function requireValueOrList(node: JsonNode): void {
  if (node.kind === 'array' || node.kind === 'string' || node.kind === 'number') return;
  throw new InvalidPattern('Value of anything-but must be an array or single string/number value.');
}

function readList(items: readonly JsonNode[]): readonly ValueTest[] {
  const tests = items.map(readPlain);
  const kinds = new Set(items.map((item) => item.kind));
  if (kinds.size !== 1) {
    throw new InvalidPattern('Inside anything but list, either all values are number or string, mixed type is not supported');
  }
  return tests;
}

function readPlain(node: JsonNode): ValueTest {
  if (node.kind === 'string') return { kind: 'text', text: `"${node.value}"` };
  if (node.kind === 'number') return { kind: 'number', number: readComparable(node.text) };
  throw new InvalidPattern('Inside anything but list, start|null|boolean is not supported.');
}

function readerOf(operator: string): (node: JsonNode) => ValueTest {
  switch (operator) {
    case 'prefix':
      return (node) => ({ kind: 'prefix', text: `"${readEdge(node)}` });
    case 'suffix':
      return (node) => ({ kind: 'suffix', text: `${readEdge(node)}"` });
    case 'equals-ignore-case':
      return readFolded;
    case 'wildcard':
      return readWildcard;
    default:
      throw new InvalidPattern(`Unsupported anything-but pattern: ${operator}`);
  }
}

function readEdge(node: JsonNode): string {
  if (node.kind !== 'string') throw new InvalidPattern('prefix/suffix match pattern must be a string');
  if (node.value === '') throw new InvalidPattern('Null prefix/suffix not allowed');
  return node.value;
}

function readFolded(node: JsonNode): ValueTest {
  if (node.kind === 'string') return { kind: 'folded', part: 'whole', text: foldText(`"${node.value}"`) };
  throw new InvalidPattern('Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.');
}

/** Reads a wildcard's text, for `wildcard` and for `anything-but` with it. */
export function readWildcard(node: JsonNode): ValueTest {
  if (node.kind !== 'string') throw new InvalidPattern('wildcard match pattern must be a string');
  const parsed = parseWildcard(node.value);
  if (parsed.outcome === 'refused') throw new InvalidPattern(parsed.reason);
  return { kind: 'wildcard', wildcard: parsed.wildcard };
}
