import { describe, expect, it } from 'vitest';

import { harmless } from '../../cli/paint.ts';
import { parseDocuments } from '../../cli/documents/parse-documents.ts';

const MEBIBYTE = 1_048_576;

/** As a file may hold at the most. */
const LARGEST = 4 * MEBIBYTE;

const laughs = (levels: number, each: number) => [
  'a0: &a0 lol', ...Array.from({ length: levels }, (_, level) => `a${level + 1}: &a${level + 1} [${Array.from({ length: each }, () => `*a${level}`).join(', ')}]`),
].join('\n');

/** Texts that are harmless to look at and costly or dangerous to read; each must be a fault with a line and a reason. */
const hostile: { readonly [what: string]: string } = {
  'aliases that multiply to a billion': laughs(9, 10),
  'few aliases that multiply': laughs(12, 4),
  'an alias of itself': 'a: &a [*a]',
  'an alias of what holds it': 'a: &a\n  b:\n    c: *a',
  'an alias of nothing': 'a: *nowhere',
  'lists within lists without end': `${'['.repeat(200_000)}`,
  'lists within lists, closed': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  'maps within maps': `${'{a: '.repeat(100_000)}1${'}'.repeat(100_000)}`,
  'dashes within dashes': `${'- '.repeat(100_000)}1`,
  'blocks within blocks': Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
  'questions within questions': `${'? '.repeat(100_000)}a`,
  'a prototype': '__proto__:\n  isAdmin: true',
  'a prototype in a flow': '{"__proto__": {"isAdmin": true}}',
  'a prototype in quotes with escapes': '"\\u005f_proto__": {isAdmin: true}',
  'a constructor': 'constructor: {prototype: {isAdmin: true}}',
  'a key twice': 'kind: Application\nkind: Release',
  'a key twice, once in quotes': 'kind: Application\n"kind": Release',
  'a key that is a list': '? [a, b]\n: 1',
  'a merge that nobody asked for': 'a: &a {__proto__: {isAdmin: true}}\nb:\n  <<: *a',
  'a tag of JavaScript': 'a: !!js/function "function () { return 1 }"',
  'a tag of Python': 'a: !!python/object/apply:os.system ["true"]',
  'a tag of its own': 'a: !secret x',
  'binary data': 'a: !!binary aGVsbG8=',
  'more documents than are taken': '---\na: 1\n'.repeat(20_000),
  'a directive that does not exist': '%YAML 9.9\n---\na: 1',
  'a text without an end': `a: "${'x'.repeat(LARGEST - 10)}`,
  'tabs in place of blanks': 'a:\n\t- b',
  'a zero byte in a key': 'a\u0000b: [',
};

describe('a text', () => {
  it.each(Object.entries(hostile))('with %s is refused with a line and a reason', (_what, text) => {
    const { documents, faults } = parseDocuments(text);
    expect(documents).toEqual([]);
    expect(faults.length).toBeGreaterThan(0);
    for (const { line, reason } of faults) expect([line > 0, reason.length > 0 && reason.length < 1000]).toEqual([true, true]);
    expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false);
  });

  it('of one huge scalar, key or comment is read once and costs what it has', () => {
    const half = 'x'.repeat(LARGEST / 2);
    expect(parseDocuments(`a: ${half}`)).toMatchObject({ faults: [], documents: [{ value: { a: half } }] });
    expect(parseDocuments(`# ${half}\na: 1`)).toMatchObject({ faults: [], documents: [{ value: { a: 1 } }] });
    expect(parseDocuments(`a: |\n${`  ${'x'.repeat(100)}\n`.repeat(10_000)}`).faults).toEqual([]);
  });

  it('gives objects without more than they say', () => {
    const { documents: [document] } = parseDocuments('a: {toString: x, valueOf: y, hasOwnProperty: z}');
    expect(document?.value).toEqual({ a: { toString: 'x', valueOf: 'y', hasOwnProperty: 'z' } });
    expect(Object.getPrototypeOf(document?.value)).toBe(Object.prototype);
  });

  it('is told of without the characters that a terminal would obey', () => {
    const { faults } = parseDocuments('a: 1\n"a": 2\n"\u001b[2J\u202ex": [');
    expect(harmless(faults.map(({ reason }) => reason).join('\n'))).not.toMatch(/[\p{Cc}--\n]|\u202e/v);
  });
});
