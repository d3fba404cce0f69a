import { parseAddress, parseCidr } from './addresses.ts';
import { readAnythingBut, readWildcard } from './anything-but-operator.ts';
import { foldText } from './folded-text.ts';
import { InvalidPattern } from './invalid-pattern.ts';
import type { JsonNode } from './json-node.ts';
import { comparableNumber } from './numbers.ts';
import { readNumeric } from './numeric-operator.ts';
import type { ValueTest } from './value-test.ts';

/** Reads one element of a pattern's list: a value to be equalled, or an object with one operator. */
export function readAlternative(node: JsonNode): readonly ValueTest[] {
  switch (node.kind) {
    case 'string':
      return [readExactString(node.value)];
    case 'number':
      return readExactNumber(node.text);
    case 'literal':
      return [{ kind: 'text', text: node.text }];
    case 'array':
      throw new InvalidPattern('Match value must be String, number, true, false, or null');
    case 'object': {
      const [entry, ...rest] = node.entries;
      if (entry === undefined) throw new InvalidPattern('Match expression name not found');
      const test = readOperator(entry.key, entry.value);
      if (rest.length > 0) throw new InvalidPattern(onlyOneReason(entry.key));
      return [test];
    }
  }
}

/** A string that is an IP address matches every way of writing that address. */
function readExactString(text: string): ValueTest {
  const address = parseAddress(text);
  if (address === undefined) return { kind: 'text', text: `"${text}"` };
  return { kind: 'address', range: { bits: address.bits, first: address.value, last: address.value } };
}

/** A number matches as a number and as written; one that a double cannot hold (an account number) only as written. */
function readExactNumber(text: string): readonly ValueTest[] {
  const number = comparableNumber(text);
  const asWritten: ValueTest = { kind: 'text', text };
  return number === undefined ? [asWritten] : [{ kind: 'number', number }, asWritten];
}

function readOperator(name: string, operand: JsonNode): ValueTest {
  switch (name) {
    case 'exactly':
      return { kind: 'text', text: `"${readString(operand, 'exact')}"` };
    case 'prefix':
      return operand.kind === 'object' ? readFoldedEdge('prefix', operand) : { kind: 'prefix', text: `"${readString(operand, 'prefix')}` };
    case 'suffix':
      return operand.kind === 'object' ? readFoldedEdge('suffix', operand) : { kind: 'suffix', text: `${readString(operand, 'suffix')}"` };
    case 'equals-ignore-case':
      return { kind: 'folded', part: 'whole', text: foldText(`"${readString(operand, name)}"`) };
    case 'wildcard':
      return readWildcard(operand);
    case 'numeric':
      return readNumeric(operand);
    case 'anything-but':
      return readAnythingBut(operand);
    case 'exists':
      return readExists(operand);
    case 'cidr':
      return readCidr(operand);
    default:
      throw new InvalidPattern(`Unrecognized match type ${name}`);
  }
}

function readFoldedEdge(part: 'prefix' | 'suffix', operand: JsonNode & { readonly kind: 'object' }): ValueTest {
  const title = part === 'prefix' ? 'Prefix' : 'Suffix';
  const [entry, ...rest] = operand.entries;
  if (entry === undefined) throw new InvalidPattern(`${title} expression name not found`);
  if (entry.key !== 'equals-ignore-case') throw new InvalidPattern(`Unsupported ${part} pattern: ${entry.key}`);
  const text = readString(entry.value, 'equals-ignore-case');
  if (rest.length > 0) throw new InvalidPattern('Only one key allowed in match expression');
  return { kind: 'folded', part, text: foldText(part === 'prefix' ? `"${text}` : `${text}"`) };
}

function readExists(operand: JsonNode): ValueTest {
  if (operand.kind === 'literal' && operand.text !== 'null') {
    return { kind: operand.text === 'true' ? 'exists' : 'absent' };
  }
  throw new InvalidPattern('exists match pattern must be either true or false.');
}

/** EventBridge's own message for a `cidr` that is no string speaks of a prefix; it is kept, because callers compare it. */
function readCidr(operand: JsonNode): ValueTest {
  const parsed = parseCidr(readString(operand, 'prefix'));
  if (parsed.outcome === 'refused') throw new InvalidPattern(parsed.reason);
  return { kind: 'address', range: parsed.range };
}

function readString(operand: JsonNode, operator: string): string {
  if (operand.kind === 'string') return operand.value;
  throw new InvalidPattern(`${operator} match pattern must be a string`);
}

function onlyOneReason(operator: string): string {
  const isCounted = operator === 'numeric' || operator === 'anything-but';
  return isCounted ? 'Too many elements in numeric expression' : 'Only one key allowed in match expression';
}
