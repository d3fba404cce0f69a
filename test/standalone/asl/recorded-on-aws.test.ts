import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { matches } from '#standalone/asl/cases/wildcards';
import { runCases, type CaseResult } from '#standalone/asl/run-cases';
import { hasShared, readShared } from '#test/shared-data';

const casesFile = 'conformance/asl/asl-cases.json';
const invalidFile = 'conformance/asl/asl-invalid.json';

const eventSchema = z.looseObject({ type: z.string(), state: z.string().optional() });
const caseSchema = z.looseObject({
  id: z.string(),
  area: z.string(),
  language: z.string(),
  definition: z.unknown(),
  expected: z.object({
    status: z.string(),
    output: z.unknown().optional(),
    error: z.string().optional(),
    cause: z.unknown().optional(),
    order: z.enum(['strict', 'any', 'partial']),
    history: z.array(eventSchema),
    variables: z.array(z.object({ state: z.string(), assigned: z.unknown() })).optional(),
  }),
});
const invalidSchema = z.looseObject({
  id: z.string(),
  language: z.string(),
  expected: z.enum(['invalid', 'valid']),
  diagnostics: z.array(z.object({ code: z.string(), message: z.string(), location: z.string().optional() })),
});
type Recorded = z.infer<typeof caseSchema>;
type Event = z.infer<typeof eventSchema>;

/** What no machine in JSONata mode, without distributed Maps, can run. */
function isRunnable({ language, definition }: Recorded): boolean {
  return language !== 'mixed' && !/"ItemReader"|"ItemBatcher"|"DISTRIBUTED"/.test(JSON.stringify(definition));
}

function run(recorded: unknown): CaseResult {
  const [result] = runCases(recorded);
  if (result === undefined) throw new Error('a case gave no result');
  return result;
}

/** Events in the order of the recording, or as a multiset that keeps the order of each state where there was concurrency. */
function missingEvents(expected: readonly Event[], found: readonly Event[]): readonly Event[] {
  const left = [...found];
  return expected.filter((event) => {
    const position = left.findIndex((candidate) => matches(event, candidate));
    if (position >= 0) left.splice(position, 1);
    return position < 0;
  });
}

function eventsOf(history: readonly Event[], state: string): readonly Event[] {
  return history.filter((event) => event.state === state);
}

describe.runIf(hasShared(casesFile))('executions recorded on AWS', () => {
  const recorded = readShared(casesFile, z.array(caseSchema));
  const runnable = recorded.filter(isRunnable);

  test('nearly all recordings can be run', () => {
    expect(runnable.length).toBeGreaterThanOrEqual(120);
  });

  test.each(runnable)('$id ends as recorded', (one) => {
    const result = run(one);
    expect(result).toMatchObject({ id: one.id, status: one.expected.status });
    if ('output' in one.expected) expect('output' in result && matches(one.expected.output, result.output)).toBe(true);
    expect('error' in result ? result.error : undefined).toBe(one.expected.error);
    const cause = 'cause' in result ? result.cause : undefined;
    if (one.expected.cause === undefined) expect(cause).toBeUndefined();
    else expect(matches(one.expected.cause, cause), `${String(cause)}`).toBe(true);
  });

  test.each(runnable)('$id has the recorded history', ({ expected, ...one }) => {
    const result = run(one);
    const found: readonly Event[] = 'history' in result ? (result.history ?? []) : [];
    const missing = missingEvents(expected.history, found);
    expect(missing).toEqual([]);
    if (expected.order === 'partial') return;
    expect(found.length).toBe(expected.history.length);
    if (expected.order === 'strict') {
      expect(found.map((event, index) => (matches(expected.history[index], event) ? expected.history[index] : event))).toEqual(expected.history);
    }
    for (const state of new Set(expected.history.flatMap((event) => event.state ?? []))) {
      expect(eventsOf(found, state).map(({ type }) => type)).toEqual(eventsOf(expected.history, state).map(({ type }) => type));
    }
  });

  test.each(runnable.filter(({ expected }) => expected.variables !== undefined))('$id assigns the recorded variables', ({ expected, ...one }) => {
    const result = run(one);
    const found = 'history' in result ? (result.history ?? []) : [];
    const assigned = found.filter((event) => event.assigned !== undefined).map((event) => ({ state: event.state, assigned: event.assigned }));
    expect(matches(expected.variables, assigned)).toBe(true);
  });
});

describe.runIf(hasShared(invalidFile))('definitions recorded on AWS', () => {
  const recorded = readShared(invalidFile, z.array(invalidSchema)).filter(({ language }) => language !== 'JSONPath');

  test.each(recorded)('$id is $expected', (one) => {
    const result = run(one);
    if (one.expected === 'valid') {
      expect(result.status).not.toBe('INVALID');
      return;
    }
    expect(result).toEqual({ id: one.id, status: 'INVALID', diagnostics: one.diagnostics });
  });
});
