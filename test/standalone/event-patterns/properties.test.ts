import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { jsonNodeOf, jsonTextOf } from '#standalone/event-patterns/json-node';
import { parseJsonText } from '#standalone/event-patterns/json-text';
import { comparableNumber } from '#standalone/event-patterns/numbers';
import { parseWildcard, wildcardMatches } from '#standalone/event-patterns/wildcards';

import { matches } from './matching.ts';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
const wildcardText = fc.array(letters, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('*').replaceAll(/\*+/g, '*'));

describe('properties of matching', () => {
  test('a wildcard matches what the regular expression with .* for * matches', () => {
    fc.assert(
      fc.property(wildcardText, letters, (text, value) => {
        const parsed = parseWildcard(text);
        if (parsed.outcome === 'refused') throw new Error(parsed.reason);
        const expression = new RegExp(`^${text.replaceAll('*', '.*')}$`);
        expect(wildcardMatches(parsed.wildcard, `"${value}"`)).toBe(expression.test(value));
      }),
    );
  });

  test('every event matches the pattern made of its own leaves', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const { tree } = fc.letrec((tie) => ({
      tree: fc.dictionary(key, fc.oneof({ depthSize: 'small' }, leaf, tie('tree')), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
    }));
    const patternOf = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, patternOf(member)]))
        : [value];
    fc.assert(fc.property(tree, (event) => { expect(matches(patternOf(event), event)).toBe(true); }));
  });

  test('anything-but is the opposite of the operator it holds, for any value', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null));
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), value, (text, found) => {
        for (const operator of ['prefix', 'suffix', 'equals-ignore-case']) {
          const plain = matches({ a: [{ [operator]: text }] }, { a: found });
          expect(matches({ a: [{ 'anything-but': { [operator]: text } }] }, { a: found })).toBe(!plain);
        }
      }),
    );
  });
});

describe('properties of reading', () => {
  test('text is parsed to the value JSON.parse gives, and what JSON.parse refuses is refused', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const parsed = parseJsonText(text);
        if (parsed.outcome === 'refused') throw new Error(parsed.reason);
        expect(JSON.parse(jsonTextOf(parsed.node))).toEqual(JSON.parse(text));
      }),
    );
    const noise = fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '1', '-', '.', 'e', 'true', 'a', '\\', ' '), maxLength: 10 });
    fc.assert(fc.property(noise, (text) => { expect(parseJsonText(text).outcome === 'parsed').toBe(isJson(text)); }), { numRuns: 2000 });
  });

  test('every double is comparable in each of its forms', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        for (const text of [String(number), number.toExponential(), `${String(number).includes('.') || String(number).includes('e') ? number : `${number}.0`}`]) {
          expect(comparableNumber(text)).toBe(Number(text));
        }
      }),
    );
  });

  test('a parsed value becomes the text JSON.stringify gives', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => { expect(jsonTextOf(jsonNodeOf(value))).toBe(JSON.stringify(value)); }));
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
