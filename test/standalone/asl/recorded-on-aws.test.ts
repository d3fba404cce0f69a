import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { matches } from '#standalone/asl/cases/wildcards';
import { runCases, type CaseResult } from '#standalone/asl/run-cases';
import { hasShared, readShared } from '#test/shared-data';

import { historyOf } from './running.ts';

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

function typesOf(history: readonly Event[], state: string): readonly string[] {
  return history.filter((event) => event.state === state).map(({ type }) => type);
}

function field(result: CaseResult, name: string): unknown {
  return Object.entries(result).find(([key]) => key === name)?.[1];
}

/** The found value where it is like the expected one, and else the expected one, for a difference that can be read. */
function like(expected: unknown, found: unknown): unknown {
  return matches(expected, found) ? found : expected;
}

const cases = hasShared(casesFile) ? readShared(casesFile, z.array(caseSchema)) : [];
const definitions = hasShared(invalidFile) ? readShared(invalidFile, z.array(invalidSchema)) : [];

describe.runIf(cases.length > 0)('executions recorded on AWS', () => {
  const runnable = cases.filter(isRunnable);

  test('nearly all recordings can be run', () => {
    expect(runnable.length).toBeGreaterThanOrEqual(120);
  });

  test.each(runnable)('$id ends as recorded', (one) => {
    const result = run(one);
    const { status, error, cause, output } = one.expected;
    const ending = { status: result.status, error: field(result, 'error'), cause: field(result, 'cause'), output: field(result, 'output') };
    // A recording without an output of a good end does not occur, nor one with an output of a bad end.
    expect(ending).toEqual({ status, error, cause: like(cause, ending.cause), output: like(output, ending.output) });
  });

  test.each(runnable)('$id has the recorded events', ({ expected, ...one }) => {
    expect(missingEvents(expected.history, historyOf(run(one)))).toEqual([]);
  });

  test.each(runnable.filter(({ expected }) => expected.order !== 'partial'))('$id has no other events, and those of a state in their order', ({ expected, ...one }) => {
    const found = historyOf(run(one));
    expect(found).toHaveLength(expected.history.length);
    const states = [...new Set(expected.history.flatMap((event) => event.state ?? []))];
    expect(states.map((state) => typesOf(found, state))).toEqual(states.map((state) => typesOf(expected.history, state)));
  });

  test.each(runnable.filter(({ expected }) => expected.order === 'strict'))('$id has its events in order', ({ expected, ...one }) => {
    const found = historyOf(run(one));
    expect(found.map((event, index) => like(expected.history[index], event))).toEqual(found);
  });

  test.each(runnable.filter(({ expected }) => expected.variables !== undefined))('$id assigns the recorded variables', ({ expected, ...one }) => {
    const assigned = historyOf(run(one)).filter((event) => event.assigned !== undefined).map((event) => ({ state: event.state, assigned: event.assigned }));
    expect(matches(expected.variables, assigned)).toBe(true);
  });
});

describe.runIf(definitions.length > 0)('definitions recorded on AWS', () => {
  const recorded = definitions.filter(({ language }) => language !== 'JSONPath');

  test.each(recorded.filter(({ expected }) => expected === 'invalid'))('$id is refused in the recorded words', (one) => {
    expect(run(one)).toEqual({ id: one.id, status: 'INVALID', diagnostics: one.diagnostics });
  });

  test.each(recorded.filter(({ expected }) => expected === 'valid'))('$id is taken', (one) => {
    expect(run(one)).toMatchObject({ id: one.id, status: 'SUCCEEDED' });
  });
});
