import { describe, expect, test } from 'vitest';

import { runCases, type CaseResult } from '#standalone/asl/run-cases';

import { CALL, machineOf } from './running.ts';

const definition = machineOf({ Only: { Type: 'Pass', Output: '{% $states.input %}', End: true } });
const asking = machineOf({ Ask: { ...CALL, End: true } });

function resultsOf(cases: unknown): readonly CaseResult[] {
  return [...runCases(cases, { startedAt: 0 })];
}

describe('a file of cases', () => {
  test('may be one case or an array of them, with ids or without', () => {
    expect(resultsOf({ definition, input: 1 })).toEqual([expect.objectContaining({ id: 'case-1', status: 'SUCCEEDED', output: 1 })]);
    expect(resultsOf([{ id: 'a', definition }, { definition, input: [2] }])).toEqual([
      expect.objectContaining({ id: 'a', status: 'SUCCEEDED', output: {} }),
      expect.objectContaining({ id: 'case-2', status: 'SUCCEEDED', output: [2] }),
    ]);
  });

  test('gives every case its result, whatever the others are', () => {
    const good = { id: 'good', definition };
    const results = resultsOf([null, 5, 'text', [], {}, { id: 'bad', definition: 5 }, { id: 'loop', definition, mocks: 3 }, good]);
    expect(results.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'case-1 ERROR', 'case-2 ERROR', 'case-3 ERROR', 'case-4 ERROR', 'case-5 ERROR', 'bad INVALID', 'loop ERROR', 'good SUCCEEDED',
    ]);
  });

  test.each([
    [{}, 'definition: it must have a definition, or a definitionText'],
    [{ definition, mocks: { Ask: {} } }, 'mocks.Ask: '],
    [{ definition, mocks: { Ask: [{ result: 1, error: 'E' }] } }, 'mocks.Ask[0]: it must have exactly one of result, error and never, but has 2'],
    [{ definition, mocks: { Ask: [{}] } }, 'mocks.Ask[0]: it must have exactly one of result, error and never, but has 0'],
    [{ definition, mocks: { Ask: [{ error: 5 }] } }, 'mocks.Ask[0].error: '],
    [{ definition, control: [{ after: 'X', do: 'pause' }] }, 'control[0].do: '],
    [{ definition, type: 'SLOW' }, 'type: '],
    [{ definition, language: 7 }, 'language: '],
  ])('names the field of a malformed case: %j', (value, complaint) => {
    expect(resultsOf(value)).toEqual([{ id: 'case-1', status: 'ERROR', error: 'InvalidCase', cause: expect.stringContaining(complaint) }]);
  });

  test('refuses values of hostile depth', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 50_000; level += 1) deep = [deep];
    const states: { [name: string]: unknown } = {};
    let block: unknown = { StartAt: 'X', States: states };
    for (let level = 0; level < 50_000; level += 1) block = { StartAt: 'M', States: { M: { Type: 'Map', ItemProcessor: block, End: true } } };
    expect(resultsOf([{ definition, input: deep }, { definition: deep }, { definition: block, language: 'neutral' }]).map(({ status }) => status)).toEqual(['ERROR', 'INVALID', 'INVALID']);
  });
});

describe('a definition', () => {
  test('may be a text, and is refused with what is wrong with it', () => {
    expect(resultsOf({ definition: JSON.stringify(definition), input: 1 })).toEqual([expect.objectContaining({ status: 'SUCCEEDED', output: 1 })]);
    expect(resultsOf({ id: 'x', definitionText: 'no' })).toEqual([{ id: 'x', status: 'INVALID', diagnostics: [expect.objectContaining({ code: 'INVALID_JSON_DESCRIPTION' })] }]);
    expect(resultsOf({ id: 'x', definition: {} })).toEqual([{ id: 'x', status: 'INVALID', diagnostics: [{ code: 'SCHEMA_VALIDATION_FAILED', message: 'These fields are required: [States, StartAt]', location: '/' }] }]);
  });

  test.each(['neutral', 'translated', 'JSONata-per-state'])('recorded as %s is run with JSONata throughout', (language) => {
    const states = {
      First: { Type: 'Pass', QueryLanguage: 'JSONPath', Next: 'Each' },
      Each: { Type: 'Map', Iterator: { StartAt: 'In', States: { In: { Type: 'Pass', QueryLanguage: 'JSONPath', End: true } } }, Next: 'Both' },
      Both: { Type: 'Parallel', Branches: [{ StartAt: 'On', States: { On: { Type: 'Pass', QueryLanguage: 'JSONata', End: true } } }], End: true },
    };
    expect(resultsOf({ language, definition: { StartAt: 'First', States: states }, input: [1] })).toEqual([expect.objectContaining({ status: 'SUCCEEDED', output: [[1]] })]);
    expect(resultsOf({ language: 'mixed', definition: { StartAt: 'First', States: states } })).toEqual([expect.objectContaining({ status: 'INVALID' })]);
  });

  test('is held to its type', () => {
    const sync = machineOf({ Ask: { Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync', End: true } });
    expect(resultsOf({ definition: sync, type: 'EXPRESS' })).toEqual([expect.objectContaining({ status: 'INVALID' })]);
  });
});

describe('the answers of tasks', () => {
  test('are given in the order of scheduling', () => {
    const retried = machineOf({ Ask: { ...CALL, Retry: [{ ErrorEquals: ['States.ALL'] }], End: true } });
    expect(resultsOf({ definition: retried, mocks: { Ask: [{ error: 'A' }, { error: 'B', cause: 'c' }, { result: 3 }] } })).toEqual([expect.objectContaining({ status: 'SUCCEEDED', output: 3 })]);
  });

  test('go to the attempt with their arguments, when attempts run side by side', () => {
    const map = machineOf({ Each: { Type: 'Map', ItemProcessor: { StartAt: 'Ask', States: { Ask: { ...CALL, Arguments: { n: '{% $states.input %}' }, End: true } } }, End: true } });
    const mocks = { Ask: [{ arguments: { n: 3 }, result: 'c' }, { arguments: { n: 1 }, result: 'a' }, { arguments: { n: { $any: 'number' } }, result: 'b' }] };
    expect(resultsOf({ definition: map, input: [1, 2, 3], mocks })).toEqual([expect.objectContaining({ status: 'SUCCEEDED', output: ['a', 'b', 'c'] })]);
  });

  test('are found with wildcards, of which none can hold up the run', () => {
    const telling = machineOf({ Ask: { ...CALL, Arguments: { text: '{% $pad("", 50, "a") & "!" %}', json: '{"a":1}' }, End: true } });
    const text = (pattern: string, result: string) => ({ arguments: { text: { $regex: pattern }, json: { $json: { a: { $any: 'number' } } } }, result });
    const mocks = { Ask: [text('^(a+)+$', 'endless'), text('(', 'broken'), text('^a+!$', 'right')] };
    expect(resultsOf({ definition: telling, mocks })).toEqual([expect.objectContaining({ status: 'SUCCEEDED', output: 'right' })]);
  });

  test('that are missing are an error that names the task and the attempt, with what happened before', () => {
    const [result] = resultsOf({ id: 'x', definition: asking, mocks: { Other: [] } });
    expect(result).toMatchObject({ id: 'x', status: 'ERROR', error: 'MissingMock', cause: "mocks.Ask has 0 entries, and attempt 1 of the task 'Ask' needs another" });
    expect(result).toMatchObject({ history: [{ type: 'ExecutionStarted' }, { type: 'TaskStateEntered', state: 'Ask' }, { type: 'TaskScheduled', state: 'Ask', arguments: {} }, { type: 'TaskStarted', state: 'Ask' }] });
  });

  test('that never come leave the task to its time', () => {
    expect(resultsOf({ definition: asking, mocks: { Ask: [{ never: true }] } })).toEqual([expect.objectContaining({ status: 'TIMED_OUT' })]);
  });

  test('without a name or a cause are failures all the same', () => {
    const [result] = resultsOf({ id: 'x', definition: asking, mocks: { Ask: [{ error: null }] } });
    expect(result).toMatchObject({ id: 'x', status: 'FAILED', history: expect.arrayContaining([{ type: 'TaskFailed', state: 'Ask', error: null }]) });
    expect(Object.keys(result ?? {})).toEqual(['id', 'status', 'history']);
  });
});

describe('a stop', () => {
  test('comes after the event it is to come after', () => {
    const waiting = machineOf({ Hold: { Type: 'Wait', Seconds: 60, Next: 'Ask' }, Ask: { ...CALL, End: true } });
    expect(resultsOf({ id: 'x', definition: waiting, control: [{ after: 'WaitStateEntered', do: 'stop' }] })).toEqual([
      { id: 'x', status: 'ABORTED', history: [{ type: 'ExecutionStarted' }, { type: 'WaitStateEntered', state: 'Hold' }, { type: 'ExecutionAborted' }] },
    ]);
    expect(resultsOf({ definition: waiting, mocks: { Ask: [{ result: 1 }] }, control: [{ after: 'TaskScheduled', do: 'stop' }] })).toEqual([expect.objectContaining({ status: 'ABORTED' })]);
  });
});
