import { describe, expect, test } from 'vitest';

import { matchCases } from '#standalone/event-patterns/match-cases';

const matching = { id: 'one', pattern: { a: [1] }, event: { a: 1 } };

describe('event pattern cases', () => {
  test('one case or an array of cases is answered in order', () => {
    expect([...matchCases(matching)]).toEqual([{ id: 'one', result: true, reason: 'Every field of the pattern matches' }]);
    const cases = [matching, { ...matching, id: 'two', event: { a: 2 } }, { ...matching, id: 'three', pattern: { a: 1 } }];
    expect([...matchCases(cases)]).toEqual([
      { id: 'one', result: true, reason: 'Every field of the pattern matches' },
      { id: 'two', result: false, reason: 'No value matches "a"' },
      { id: 'three', result: 'invalid', reason: 'Event pattern is not valid. Reason: "a" must be an object or an array' },
    ]);
  });

  test('the text of a pattern goes before the pattern, and text is read where a string stands for it', () => {
    const [answer] = matchCases({ ...matching, patternText: '{"a":[1],"a":[2]}' });
    expect(answer).toMatchObject({ result: false });
    expect([...matchCases({ id: 'text', pattern: '{"a":[1]}', event: '{"a":1}' })]).toMatchObject([{ result: true }]);
  });

  test('a case that cannot be read is invalid with a reason that names its field, and the others are answered', () => {
    const cases = [
      7,
      { pattern: { a: [1] }, event: {} },
      { ...matching, id: 7 },
      { id: 'no pattern', event: {} },
      { id: 'no event', pattern: { a: [1] } },
      { id: 'broken event', pattern: { a: [1] }, event: '{' },
      { id: 'text is no text', patternText: 1, event: {} },
      matching,
    ];
    expect([...matchCases(cases)]).toEqual([
      { id: null, result: 'invalid', reason: '[0]: must be an object {id, pattern, event}, is 7' },
      { id: null, result: 'invalid', reason: '[1].id: must be a string, is missing' },
      { id: 7, result: 'invalid', reason: '[2].id: must be a string, is 7' },
      { id: 'no pattern', result: 'invalid', reason: '[3].pattern: must be given, or patternText, is missing' },
      { id: 'no event', result: 'invalid', reason: '[4].event: must be an object or its JSON text, is missing' },
      { id: 'broken event', result: 'invalid', reason: '[5].event: must be an object or its JSON text, is "{"' },
      { id: 'text is no text', result: 'invalid', reason: '[6].patternText: must be a string, is 1' },
      { id: 'one', result: true, reason: 'Every field of the pattern matches' },
    ]);
  });

  test('an event that is too hard makes its case alone invalid', () => {
    const deep = JSON.parse(`${'['.repeat(2000)}1${']'.repeat(2000)}`);
    expect([...matchCases([{ ...matching, event: { a: deep } }, matching])]).toMatchObject([
      { id: 'one', result: 'invalid', reason: expect.stringMatching(/^\[0\]\.event: /) },
      { id: 'one', result: true },
    ]);
  });

  test('an input that holds no case at all is one that is invalid', () => {
    expect([...matchCases('x')]).toMatchObject([{ id: null, result: 'invalid', reason: expect.stringMatching(/^case: /) }]);
    expect([...matchCases([])]).toEqual([]);
  });
});
