import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { compilePattern } from '#standalone/event-patterns/compile-pattern';
import { matchCases } from '#standalone/event-patterns/match-cases';
import { hasShared, readShared } from '#test/shared-data';

const FILE = 'conformance/event-patterns.json';

const recordedCase = z.looseObject({
  id: z.string(),
  pattern: z.unknown(),
  event: z.record(z.string(), z.unknown()),
  expected: z.union([z.boolean(), z.literal('invalid')]),
  error: z.string().optional(),
});

describe.runIf(hasShared(FILE))('what AWS answered to an event pattern', () => {
  const cases = hasShared(FILE) ? readShared(FILE, z.array(recordedCase)) : [];
  const answers = [...matchCases(cases)];

  test.each(cases.map((recorded, index) => ({ id: recorded.id, recorded, answer: answers[index] })))('$id', ({ recorded, answer }) => {
    const reason = recorded.error === undefined ? {} : { reason: recorded.error };
    expect(answer).toMatchObject({ id: recorded.id, result: recorded.expected, ...reason });
  });

  test('every case has one answer, in the order given', () => {
    expect(cases.length).toBeGreaterThan(80);
    expect(answers.map((answer) => answer.id)).toEqual(cases.map((recorded) => recorded.id));
  });

  test('a pattern given as its JSON text is answered like the parsed one', () => {
    for (const { pattern, event, expected } of cases) {
      if (pattern === null) continue;
      const compiled = compilePattern(JSON.stringify(pattern));
      expect(compiled.outcome === 'valid' ? compiled.matches(event) : 'invalid').toBe(expected);
    }
  });
});
