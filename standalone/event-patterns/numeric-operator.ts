import { InvalidPattern } from './invalid-pattern.ts';
import type { JsonNode } from './json-node.ts';
import { comparableNumber } from './numbers.ts';
import type { Bound, ValueTest } from './value-test.ts';

/**
 * Reads the operand of `numeric`: one comparison, or a lower and an upper bound in this order. Throws InvalidPattern with
 * the reason EventBridge gives.
 */
export function readNumeric(operand: JsonNode): ValueTest {
  if (operand.kind !== 'array') throw new InvalidPattern('Value of numeric must be an array.');
  const [operator, value, ...rest] = operand.items;
  if (operator?.kind !== 'string') throw new InvalidPattern(`Invalid member in numeric match: ${tokenOf(operator)}`);
  switch (operator.value) {
    case '=': {
      const text = readNumberText(value, 'equals');
      refuseMore(rest);
      return { kind: 'number', number: readComparable(text) };
    }
    case '<':
    case '<=': {
      const text = readNumberText(value, operator.value);
      refuseMore(rest);
      return { kind: 'range', top: boundOf(operator.value, text) };
    }
    case '>':
    case '>=': {
      const bottom = { operator: operator.value, text: readNumberText(value, operator.value) };
      return rest.length === 0 ? { kind: 'range', bottom: boundOf(bottom.operator, bottom.text) } : readBoth(bottom, rest);
    }
    default:
      throw new InvalidPattern(`Unrecognized numeric range operator: ${operator.value}`);
  }
}

/** Numbers are compared last: a list of the wrong form is refused for its form, as a streaming parser does it. */
function readBoth(lower: { readonly operator: string; readonly text: string }, rest: readonly JsonNode[]): ValueTest {
  const [operator, value, ...more] = rest;
  if (operator?.kind !== 'string') throw new InvalidPattern(`Bad value in numeric range: ${tokenOf(operator)}`);
  if (operator.value !== '<' && operator.value !== '<=') {
    throw new InvalidPattern(`Bad numeric range operator: ${operator.value}`);
  }
  const text = readNumberText(value, operator.value);
  if (more.length > 0) throw new InvalidPattern('Too many terms in numeric range expression');
  const bottom = boundOf(lower.operator, lower.text);
  const top = boundOf(operator.value, text);
  if (bottom.number >= top.number) throw new InvalidPattern('Bottom must be less than top');
  return { kind: 'range', bottom, top };
}

function boundOf(operator: string, text: string): Bound {
  return { number: readComparable(text), included: operator.endsWith('=') };
}

function readNumberText(value: JsonNode | undefined, operator: string): string {
  if (value?.kind !== 'number') throw new InvalidPattern(`Value of ${operator} must be numeric`);
  return value.text;
}

/** The number of a text, or InvalidPattern when a double cannot hold it. */
export function readComparable(text: string): number {
  const number = comparableNumber(text);
  if (number === undefined) throw new InvalidPattern(`Cannot compare number : ${text}`);
  return number;
}

function refuseMore(rest: readonly JsonNode[]): void {
  if (rest.length > 0) throw new InvalidPattern('Too many elements in numeric expression');
}

/** The token a streaming parser stands at: a value's text, or the bracket that opens or ends a container. */
function tokenOf(node: JsonNode | undefined): string {
  switch (node?.kind) {
    case undefined:
      return ']';
    case 'object':
      return '{';
    case 'array':
      return '[';
    case 'string':
      return node.value;
    case 'number':
    case 'literal':
      return node.text;
  }
}
