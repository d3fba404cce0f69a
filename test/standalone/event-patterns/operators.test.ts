import { describe, expect, test } from 'vitest';

import { matches } from './matching.ts';

/** Whether `{value: [alternative]}` matches `{value}`. */
function holds(alternative: unknown, value: unknown): boolean {
  return matches({ value: [alternative] }, { value });
}

describe('an exact value', () => {
  test.each([
    ['a', 'a', true], ['a', 'A', false], ['1', 1, false], [1, '1', false], [1, 1, true], [0, -0, true],
    [true, true, true], ['true', true, false], [null, null, true], ['null', null, false], [null, 'null', false], ['', '', true],
    [{ exactly: '10.0.0.1' }, '10.0.0.1', true],
  ])('%j against %j is %j', (alternative, value, expected) => {
    expect(holds(alternative, value)).toBe(expected);
  });

  test('a number is compared by its value, however it is written', () => {
    expect(matches('{"n":[3e2]}', { n: 300 })).toBe(true);
    expect(matches('{"n":[300.0]}', { n: 300 })).toBe(true);
    expect(matches('{"n":[0.1]}', { n: 0.1 })).toBe(true);
    expect(matches('{"n":[0.10000000000000000000001]}', { n: 0.1 })).toBe(false);
  });

  test('an IP address is compared by its value, however it is written', () => {
    expect(holds('2001:db8::1', '2001:0db8:0:0:0:0:0:1')).toBe(true);
    expect(holds('::ffff:a00:1', '10.0.0.1')).toBe(true);
    expect(holds('10.0.0.1', '10.0.0.2')).toBe(false);
  });
});

describe('prefix, suffix and equals-ignore-case', () => {
  test.each([
    [{ prefix: 'ab' }, 'abc', true], [{ prefix: 'ab' }, 'Abc', false], [{ prefix: '' }, '', true], [{ prefix: '' }, 1, false],
    [{ prefix: '' }, null, false], [{ suffix: '' }, 'x', true], [{ suffix: 'bc' }, 'abc', true], [{ suffix: 'bc' }, 'bcd', false],
    [{ 'equals-ignore-case': 'Straße' }, 'STRASSE', true], [{ 'equals-ignore-case': 'é' }, 'É', true],
    [{ 'equals-ignore-case': 'a' }, 'ab', false], [{ 'equals-ignore-case': 'null' }, null, false],
    [{ prefix: { 'equals-ignore-case': 'ev' } }, 'EVENT', true], [{ prefix: { 'equals-ignore-case': 'ev' } }, 'bEV', false],
    [{ suffix: { 'equals-ignore-case': '.png' } }, 'a.PNG', true], [{ suffix: { 'equals-ignore-case': 'ss' } }, 'Fass', true],
    [{ suffix: { 'equals-ignore-case': 'ß' } }, 'FASS', true], [{ suffix: { 'equals-ignore-case': '.png' } }, '.pngx', false],
  ])('%j against %j is %j', (alternative, value, expected) => {
    expect(holds(alternative, value)).toBe(expected);
  });
});

describe('numeric', () => {
  test.each([
    [['=', 5], 5, true], [['=', 5], 5.1, false], [['<', 5], 5, false], [['<=', 5], 5, true], [['>', 5], 5, false], [['>=', 5], 5, true],
    [['>', 0, '<=', 5], 0, false], [['>', 0, '<=', 5], 5, true], [['>=', 0, '<', 5], 0, true], [['>=', 0, '<', 5], 5, false],
    [['<', 0], -1e300, true], [['>', 0], 1e300, true], [['<', 5], '3', false], [['<', 5], null, false], [['<', 5], true, false],
  ])('%j against %j is %j', (numeric, value, expected) => {
    expect(holds({ numeric }, value)).toBe(expected);
  });
});

describe('wildcard', () => {
  test.each([
    ['*', '', true], ['*', 1, false], ['', '', true], ['a*', 'a', true], ['*a', 'ba', true], ['a*b', 'ab', true], ['a*b', 'axb', true],
    ['a*b', 'axbc', false], ['a*a', 'a', false], ['a*b*c', 'a-b-b-c', true], [String.raw`a\*b`, 'a*b', true], [String.raw`a\*b`, 'axb', false],
    [String.raw`a\\*`, String.raw`a\b`, true],
  ])('%j against %j is %j', (wildcard, value, expected) => {
    expect(holds({ wildcard }, value)).toBe(expected);
  });
});

describe('cidr', () => {
  test.each([
    ['10.0.0.0/24', '10.0.0.255', true], ['10.0.0.0/24', '10.0.1.0', false], ['10.0.0.77/8', '10.255.255.255', true],
    ['0.0.0.0/0', '255.255.255.255', true], ['0.0.0.0/0', '::1', false], ['::/0', '::1', true], ['::/0', '10.0.0.1', false],
    ['2001:db8::/32', '2001:db8:ffff::', true], ['2001:db8::/32', '2001:db9::', false], ['10.0.0.0/8', 'ten', false],
    ['10.0.0.0/8', '10.0.0.256', false], ['10.0.0.0/8', 10, false], ['10.0.0.0/8/', '10.1.1.1', true],
  ])('%j against %j is %j', (cidr, value, expected) => {
    expect(holds({ cidr }, value)).toBe(expected);
  });
});

describe('anything-but', () => {
  test.each([
    ['a', 'b', true], ['a', 'a', false], ['a', null, true], ['a', 1, true], [1, 1, false], [1, '1', true], [[1, 2], 2, false],
    [['a', 'b'], 'b', false], [{ prefix: 'a' }, 'ab', false], [{ prefix: ['a', 'b'] }, 'bb', false], [{ prefix: 'a' }, 1, true],
    [{ suffix: 'a' }, 'ba', false], [{ 'equals-ignore-case': ['A', 'b'] }, 'B', false], [{ 'equals-ignore-case': 'a' }, 'ab', true],
    [{ wildcard: '*/x/*' }, 'a/x/b', false], [{ wildcard: ['*/x/*', 'y*'] }, 'z', true],
  ])('%j against %j is %j', (operand, value, expected) => {
    expect(holds({ 'anything-but': operand }, value)).toBe(expected);
  });

  test('never matches a missing field, nor one that is an object', () => {
    expect(matches({ value: [{ 'anything-but': 'a' }] }, {})).toBe(false);
    expect(matches({ value: [{ 'anything-but': 'a' }] }, { value: { b: 1 } })).toBe(false);
  });
});

describe('exists', () => {
  test('looks at leaves only', () => {
    expect(matches({ value: [{ exists: true }] }, { value: null })).toBe(true);
    expect(matches({ value: [{ exists: true }] }, { value: { inner: 1 } })).toBe(false);
    expect(matches({ value: [{ exists: true }] }, { value: [] })).toBe(false);
    expect(matches({ value: [{ exists: false }] }, { value: { inner: 1 } })).toBe(true);
  });

  test('false holds when the parent is missing', () => {
    expect(matches({ a: { b: [{ exists: false }] } }, {})).toBe(true);
    expect(matches({ a: { b: [{ exists: false }] } }, { a: { b: 0 } })).toBe(false);
  });
});
