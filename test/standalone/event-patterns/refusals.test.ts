import { describe, expect, test } from 'vitest';

import { refusal } from './matching.ts';

const NUMERIC_TOO_MANY = 'Too many elements in numeric expression';
const ONE_KEY = 'Only one key allowed in match expression';
const MIXED = 'Inside anything but list, either all values are number or string, mixed type is not supported';
const NEITHER = 'Value of anything-but must be an array or single string/number value.';

describe('an alternative that EventBridge refuses is refused for the same reason', () => {
  test.each([
    [{}, 'Match expression name not found'],
    [[1], 'Match value must be String, number, true, false, or null'],
    [{ Prefix: 'a' }, 'Unrecognized match type Prefix'],
    [{ prefix: 'a', suffix: 'b' }, ONE_KEY],
    [{ exactly: 1 }, 'exact match pattern must be a string'],
    [{ prefix: null }, 'prefix match pattern must be a string'],
    [{ prefix: {} }, 'Prefix expression name not found'],
    [{ suffix: { wildcard: 'a' } }, 'Unsupported suffix pattern: wildcard'],
    [{ prefix: { 'equals-ignore-case': 1 } }, 'equals-ignore-case match pattern must be a string'],
    [{ prefix: { 'equals-ignore-case': 'a', x: 1 } }, ONE_KEY],
    [{ exists: 'true' }, 'exists match pattern must be either true or false.'],
    [{ exists: null }, 'exists match pattern must be either true or false.'],
    [{ numeric: [] }, 'Invalid member in numeric match: ]'],
    [{ numeric: [5] }, 'Invalid member in numeric match: 5'],
    [{ numeric: ['!=', 5] }, 'Unrecognized numeric range operator: !='],
    [{ numeric: ['=', '5'] }, 'Value of equals must be numeric'],
    [{ numeric: ['=', 5, '=', 5] }, NUMERIC_TOO_MANY],
    [{ numeric: ['<', 5, '>', 0] }, NUMERIC_TOO_MANY],
    [{ numeric: ['>', 0, '>', 0] }, 'Bad numeric range operator: >'],
    [{ numeric: ['>', 0, 5] }, 'Bad value in numeric range: 5'],
    [{ numeric: ['>', 0, '<'] }, 'Value of < must be numeric'],
    [{ numeric: ['>', 0, '<', 5, '<', 6] }, 'Too many terms in numeric range expression'],
    [{ numeric: ['>', 5, '<', 5] }, 'Bottom must be less than top'],
    [{ numeric: ['>', 0], x: 1 }, NUMERIC_TOO_MANY],
    [{ 'anything-but': null }, NEITHER],
    [{ 'anything-but': { prefix: true } }, NEITHER],
    [{ 'anything-but': {} }, 'Anything-But expression name not found'],
    [{ 'anything-but': { numeric: ['=', 1] } }, 'Unsupported anything-but pattern: numeric'],
    [{ 'anything-but': [] }, MIXED],
    [{ 'anything-but': ['a', 1] }, MIXED],
    [{ 'anything-but': [true] }, 'Inside anything but list, start|null|boolean is not supported.'],
    [{ 'anything-but': { prefix: [] } }, 'Empty arrays are not allowed'],
    [{ 'anything-but': { suffix: [''] } }, 'Null prefix/suffix not allowed'],
    [{ 'anything-but': { prefix: 'a', suffix: 'b' } }, NUMERIC_TOO_MANY],
    [{ 'anything-but': { wildcard: ['a', 1] } }, 'wildcard match pattern must be a string'],
    [{ 'anything-but': 'a', x: 1 }, NUMERIC_TOO_MANY],
    [{ cidr: 1 }, 'prefix match pattern must be a string'],
    [{ cidr: '10.0.0.0' }, "Malformed CIDR, one '/' required"],
    [{ cidr: '10.0.0.0/x' }, 'Malformed CIDR, mask bits must be an integer'],
    [{ cidr: '10.0.0.0/-1' }, 'Malformed CIDR, mask bits must not be negative'],
    [{ cidr: '10.0.0.0/32' }, 'IPv4 mask bits must be < 32'],
    [{ cidr: '::1/128' }, 'IPv6 mask bits must be < 128'],
    [{ cidr: '256.0.0.0/8' }, 'Invalid IP address: 256.0.0.0'],
    [{ cidr: '::1::2/8' }, 'Invalid IP address: ::1::2'],
    [{ wildcard: 'é**' }, 'Consecutive wildcard characters at pos 3'],
    [{ wildcard: String.raw`a\b` }, 'Invalid escape character at pos 2'],
    [{ wildcard: 'a\\' }, 'Invalid escape character at pos 2'],
  ])('%j: %s', (alternative, reason) => {
    expect(refusal({ field: [alternative] })).toBe(reason);
  });
});

describe('a pattern that EventBridge refuses is refused for the same reason', () => {
  test.each([
    [null, 'Filter is not an object'],
    [[{ a: [1] }], 'Filter is not an object'],
    ['', 'Filter is not an object'],
    ['"a"', 'Filter is not an object'],
    [{}, 'Empty objects are not allowed'],
    [{ a: {} }, 'Empty objects are not allowed'],
    [{ a: [] }, 'Empty arrays are not allowed'],
    [{ a: 'b' }, '"a" must be an object or an array'],
    [{ a: { b: null } }, '"b" must be an object or an array'],
    [{ $or: [{ a: [1] }] }, 'There must have at least 2 Objects in $or relationship.'],
    [{ $or: 1 }, 'It must be an Array followed with $or.'],
    [{ $or: [{ a: [1] }, 2, []] }, 'Only JSON object is allowed in array of $or relationship.'],
    [{ $or: [{ a: [1] }, { prefix: [1] }] }, 'prefix is Ruler reserved fieldName which cannot be used inside $or.'],
    ['{"a":[{"numeric":["=",0.10000000000000000000001]}]}', 'Cannot compare number : 0.10000000000000000000001'],
    ['{"a":[{"prefix":"a","prefix":"b"}]}', ONE_KEY],
  ])('%j: %s', (pattern, reason) => {
    expect(refusal(pattern)).toBe(reason);
  });
});

describe('JSON text that cannot be parsed is refused with its place', () => {
  test.each([
    ['{"a":[1]', 'Unexpected end-of-input: expected close marker for Object', 'line: 1, column: 9]'],
    ['{"a":[1', 'Unexpected end-of-input: expected close marker for Array', 'line: 1, column: 8]'],
    ['{"a" [1]}', "Unexpected character ('[' (code 91)): was expecting a colon to separate field name and value", 'column: 6]'],
    ['{"a":[1 2]}', "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries", 'column: 9]'],
    ['{"a":[1],}', "Unexpected character ('}' (code 125)): was expecting double-quote to start field name", 'column: 10]'],
    ['{\n"a":[tru]}', "Unrecognized token 'tru': was expecting (JSON String,", 'line: 2, column: 9]'],
    ['{"a":[01]}', 'Invalid numeric value: Leading zeroes not allowed', 'column: 8]'],
    ['{"a":["\n"]}', 'Illegal unquoted character ((CTRL-CHAR, code 10))', 'column: 8]'],
    ['{"a":["\\x"]}', "Unrecognized character escape 'x' (code 120)", 'column: 8]'],
    ['{"a":["b', 'Unexpected end-of-input: was expecting closing quote for a string value', 'column: 9]'],
    ['{"a":[1]} x', "Unexpected character ('x' (code 120)): expected the end of the text", 'column: 11]'],
    [`${'['.repeat(1100)}`, 'Document nesting depth (1001) exceeds the maximum allowed (1000)', 'column: 1002]'],
  ])('%j', (text, problem, place) => {
    const reason = refusal(text) ?? '';
    expect(reason.startsWith(problem)).toBe(true);
    expect(reason.endsWith(place)).toBe(true);
  });
});
