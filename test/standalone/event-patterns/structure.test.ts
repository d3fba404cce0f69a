import { describe, expect, test } from 'vitest';

import { compilePattern } from '#standalone/event-patterns/compile-pattern';

import { matches } from './matching.ts';

describe('fields of a pattern', () => {
  test('must all match', () => {
    expect(matches({ a: [1], b: [2] }, { a: 1, b: 2 })).toBe(true);
    expect(matches({ a: [1], b: [2] }, { a: 1, b: 3 })).toBe(false);
  });

  test('are found by their dotted path, in the pattern and in the event', () => {
    expect(matches({ 'a.b.c': [1] }, { a: { 'b.c': 1 } })).toBe(true);
    expect(matches({ a: { b: { c: [1] } } }, { 'a.b': { c: 1 } })).toBe(true);
    expect(matches({ a: { b: [1] } }, { a: { c: 1 }, 'a.b': 2 })).toBe(false);
  });

  test('written twice count once, the last time, by whatever path', () => {
    expect(matches('{"a":[1],"a":[2]}', { a: 2 })).toBe(true);
    expect(matches('{"a":[1],"a":[2]}', { a: 1 })).toBe(false);
    expect(matches('{"a.b":[1],"a":{"b":[2]}}', { a: { b: 2 } })).toBe(true);
  });

  test('named like members that every object has are fields like others', () => {
    expect(matches('{"__proto__":{"x":[1]}}', { x: 1 })).toBe(false);
    expect(matches({ toString: [{ exists: false }], constructor: [{ exists: false }] }, {})).toBe(true);
  });

  test('do not look into JSON text', () => {
    expect(matches({ detail: { a: [1] } }, { detail: '{"a":1}' })).toBe(false);
  });

  test('match no event that is not an object', () => {
    for (const event of [null, undefined, 'a', 1, [{ a: 1 }]]) expect(matches({ b: [{ exists: false }] }, event)).toBe(false);
  });
});

describe('arrays in an event', () => {
  test('match when one of their values does', () => {
    expect(matches({ a: [2] }, { a: [1, 2] })).toBe(true);
    expect(matches({ a: [{ 'anything-but': 1 }] }, { a: [1, 2] })).toBe(true);
    expect(matches({ a: [3] }, { a: [1, [2, [3]]] })).toBe(true);
  });

  test('of objects are searched, and one element must have all that is asked', () => {
    const pattern = { a: { x: [1], y: [2] } };
    expect(matches(pattern, { a: [{ x: 1, y: 2 }] })).toBe(true);
    expect(matches(pattern, { a: [{ x: 1 }, { x: 1, y: 2 }] })).toBe(true);
    expect(matches(pattern, { a: [{ x: 1, y: 3 }, { x: 3, y: 2 }] })).toBe(false);
  });

  test('inside arrays must agree on the outer element too', () => {
    const pattern = { a: { b: { x: [1] }, y: [2] } };
    expect(matches(pattern, { a: [{ b: [{ x: 0 }, { x: 1 }], y: 2 }] })).toBe(true);
    expect(matches(pattern, { a: [{ b: [{ x: 1 }], y: 3 }, { b: [{ x: 3 }], y: 2 }] })).toBe(false);
  });

  test('side by side are independent', () => {
    expect(matches({ a: { x: [1] }, b: { y: [2] } }, { a: [{ x: 0 }, { x: 1 }], b: [{ y: 2 }, { y: 0 }] })).toBe(true);
  });

  test('exists false asks about the element that the fields sorted before it have chosen', () => {
    const event = { a: [{ x: 1 }, { x: 2, y: 1 }] };
    expect(matches({ a: { x: [1], y: [{ exists: false }] } }, event)).toBe(true);
    expect(matches({ a: { x: [2], y: [{ exists: false }] } }, event)).toBe(false);
  });
});

describe('$or', () => {
  const pattern = { source: ['s'], $or: [{ a: [1] }, { b: [2], c: [3] }] };

  test('matches when one branch does, with everything around it', () => {
    expect(matches(pattern, { source: 's', a: 1 })).toBe(true);
    expect(matches(pattern, { source: 's', b: 2, c: 3 })).toBe(true);
    expect(matches(pattern, { source: 's', b: 2 })).toBe(false);
    expect(matches(pattern, { source: 't', a: 1 })).toBe(false);
  });

  test('nests, below a field and in itself', () => {
    const nested = { d: { $or: [{ a: [1] }, { $or: [{ b: [2] }, { c: [3] }], e: [4] }] } };
    expect(matches(nested, { d: { c: 3, e: 4 } })).toBe(true);
    expect(matches(nested, { d: { c: 3 } })).toBe(false);
  });

  test('twice on one level is a choice from each', () => {
    const both = '{"$or":[{"a":[1]},{"b":[1]}],"$or":[{"c":[1]},{"d":[1]}]}';
    expect(matches(both, { b: 1, c: 1 })).toBe(true);
    expect(matches(both, { a: 1, b: 1 })).toBe(false);
  });

  test('is a field where it has not the form of alternatives, as in patterns older than it', () => {
    expect(matches({ $or: [{ prefix: 'a' }, { suffix: 'b' }] }, { $or: 'ax' })).toBe(true);
    expect(matches({ $or: { a: [1] } }, { $or: { a: 1 } })).toBe(true);
  });
});

describe('the reason of an answer', () => {
  function reason(pattern: unknown, event: unknown): string {
    const compiled = compilePattern(pattern);
    return compiled.outcome === 'valid' ? compiled.explain(event).reason : compiled.reason;
  }

  test('names the field that does not match, and says when it is missing', () => {
    expect(reason({ a: { b: [1] } }, { a: { b: 2 } })).toBe('No value matches "a.b"');
    expect(reason({ a: { b: [1] } }, { a: {} })).toBe('No value matches "a.b" (which the event lacks)');
    expect(reason({ a: [1] }, { a: 1 })).toBe('Every field of the pattern matches');
  });

  test('names where each alternative of $or ends', () => {
    expect(reason({ $or: [{ a: [1] }, { b: [1] }] }, { a: 2 })).toBe(
      'None of the 2 alternatives of $or matches; they end at "a", "b" (which the event lacks)',
    );
  });
});
