import { describe, expect, test } from 'vitest';

import { compilePattern } from '#standalone/event-patterns/compile-pattern';
import { EventTooComplex } from '#standalone/event-patterns/rule-search';

import { matches, refusal } from './matching.ts';

/** `depth` arrays around a value. */
function nested(depth: number, value: unknown): unknown {
  return depth === 0 ? value : [nested(depth - 1, value)];
}

describe('limits on a pattern', () => {
  const tooComplex =
    'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character';

  test('4096 characters are allowed and no more', () => {
    const filler = (length: number) => `{"a":["${'x'.repeat(length - 10)}"]}`;
    expect(refusal(filler(4096))).toBeUndefined();
    expect(refusal(filler(4097))).toBe('Pattern has 4097 characters, at most 4096 are allowed');
    expect(refusal({ a: ['x'.repeat(5000)] })).toBe('Pattern has 5010 characters, at most 4096 are allowed');
  });

  test('1000 combinations of $or are allowed and no more', () => {
    const pairs = (count: number) => `{${Array.from({ length: count }, () => '"$or":[{"a":[1]},{"b":[1]}]').join(',')}}`;
    expect(refusal(pairs(9))).toBeUndefined();
    expect(refusal(pairs(10))).toBe('Rule is too complex - its $or make more than 1000 combinations');
  });

  test('256 fields are allowed and no more', () => {
    const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, [1]]));
    expect(refusal(fields(256))).toBeUndefined();
    expect(refusal(fields(257))).toBe('Rule has more than 256 fields');
  });

  test.each([
    ['*a*a*a*a*a', undefined], ['*aaaaaaaaa', undefined], ['*abcabcabc', undefined],
    ['*a*a*a*a*aa', tooComplex], ['*aaaaaaaaaa', tooComplex], ['*a*b*c*d*e*f*g*h*i*j*k', tooComplex],
  ])('a wildcard may be matched by 10 of its prefixes at once and no more: %s', (wildcard, expected) => {
    expect(refusal({ a: [{ wildcard }] })).toBe(expected);
    expect(refusal({ a: [{ 'anything-but': { wildcard } }] })).toBe(expected);
  });

  test('wildcards on one field count together, on several fields not', () => {
    const wildcard = '*a*a*a';
    expect(refusal({ a: [{ wildcard }, { wildcard: `x${wildcard}` }] })).toBe(tooComplex);
    expect(refusal({ a: [{ wildcard }], b: [{ wildcard: `x${wildcard}` }] })).toBeUndefined();
    expect(refusal({ $or: [{ a: [{ wildcard }] }, { a: [{ wildcard: `x${wildcard}` }] }] })).toBe(tooComplex);
  });

  test('a wildcard made of many different pieces is judged in bounded time', () => {
    const piece = (index: number) => Array.from({ length: 40 }, (_, place) => 'abcdefgh'.charAt((place * place * index + place) % 8)).join('');
    expect(() => refusal({ a: [{ wildcard: [1, 2, 3, 4, 5, 6, 7, 8].map(piece).join('*') }] })).not.toThrow();
  });
});

describe('an event made to be hard', () => {
  test('an array of 100 000 objects is searched object by object', () => {
    const items = Array.from({ length: 100_000 }, (_, index) => ({ x: 1, y: index, z: 'a' }));
    expect(matches({ a: { x: [1], y: [99_999], z: ['a'] } }, { a: items })).toBe(true);
    expect(matches({ a: { x: [1], y: [5], z: ['b'] } }, { a: items })).toBe(false);
  });

  test('arrays side by side are not multiplied', () => {
    const items = Array.from({ length: 2000 }, () => ({ x: 1 }));
    const pattern = { a: { x: [1] }, b: { x: [1] }, c: { x: [1] }, d: { x: [2] } };
    expect(matches(pattern, { a: items, b: items, c: items, d: items })).toBe(false);
  });

  test('a search over one path spelt in many ways, each with a long array, is given up with an error of its own', () => {
    const rows = (...keys: readonly string[]) => Array.from({ length: 200 }, () => Object.fromEntries(keys.map((key) => [key, 1])));
    const event = { 'a.b.c': [...rows('x'), ...rows('zlast')], 'a.b': { c: [...rows('y'), ...rows('zlast')] }, a: { 'b.c': [...rows('z'), ...rows('zlast')] } };
    expect(matches({ 'a.b.c': { x: [1] } }, event)).toBe(true);
    const compiled = compilePattern({ 'a.b.c': { x: [1], y: [1], z: [1], zlast: [2] } });
    if (compiled.outcome === 'invalid') throw new Error(compiled.reason);
    expect(() => compiled.matches(event)).toThrow(EventTooComplex);
  });

  test('arrays may nest as deep as EventBridge reads, and deeper ones get no answer', () => {
    expect(matches({ a: [1] }, { a: nested(900, 1) })).toBe(true);
    expect(() => matches({ a: [1] }, { a: nested(1100, 1) })).toThrow('nesting depth');
    expect(matches({ a: [1] }, { a: 1, b: nested(5000, 1) })).toBe(true);
  });

  test('long values are matched in about linear time', () => {
    const long = `${'ab'.repeat(100_000)}c`;
    expect(matches({ a: [{ wildcard: '*abac*' }] }, { a: long })).toBe(false);
    expect(matches({ a: [{ suffix: { 'equals-ignore-case': 'BC' } }] }, { a: long })).toBe(true);
  });
});
