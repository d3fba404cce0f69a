import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';

import { canonicalJson } from '#contracts/canonical-json';

describe('canonical JSON', () => {
  it('is what RFC 8785 gives for its own example (section 3.2.2)', () => {
    const example: unknown = JSON.parse(String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
      "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`);
    expect(canonicalJson(example)).toBe(String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`);
  });

  it('sorts members by UTF-16 code units (the example of section 3.2.3)', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const written = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
    expect(Object.keys(JSON.parse(written))).toEqual(['1', '\r', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']);
  });

  it('holds the same value as any other JSON of it, whatever the order of members', () => {
    fastCheck.assert(fastCheck.property(fastCheck.jsonValue(), (value) => {
      const written = canonicalJson(value);
      expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(written))).toBe(written);
    }));
  });

  it('leaves out members without a value and refuses what JSON does not have', () => {
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
    expect(() => canonicalJson([undefined])).toThrow('undefined');
    expect(() => canonicalJson({ a: Number.NaN })).toThrow('NaN');
    expect(() => canonicalJson(() => 1)).toThrow('function');
  });
});
