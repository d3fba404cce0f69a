import { describe, expect, test } from 'vitest';

import type { Json } from '#stepfunctions/language';

import { CALL, START, endOf, historyOf, machineOf, run, typesOf } from './running.ts';

const END = { Type: 'Pass', End: true } as const;
const queryError = (state: string, event: number, sentence: string) => ({
  status: 'FAILED',
  error: 'States.QueryEvaluationError',
  cause: `An error occurred while executing the state '${state}' (entered at the event id #${event}). ${sentence}`,
});

describe('Choice', () => {
  const choice = (rest: { readonly [field: string]: Json }) => machineOf({ Choose: { Type: 'Choice', ...rest }, A: END, B: END });

  test('the first rule that holds wins, and only its Output and Assign count', () => {
    const machine = choice({
      Choices: [
        { Condition: '{% $states.input.n > 10 %}', Next: 'A', Output: 'large', Assign: { size: 'L' } },
        { Condition: '{% $states.input.n > 1 %}', Next: 'B', Output: 'middle' },
        { Condition: true, Next: 'A' },
      ],
      Output: 'never',
      Assign: { size: 'never' },
    });
    expect(historyOf(run(machine, { input: { n: 11 } }))[2]).toEqual({ type: 'ChoiceStateExited', state: 'Choose', output: 'large', assigned: { size: 'L' } });
    expect(historyOf(run(machine, { input: { n: 2 } }))[2]).toEqual({ type: 'ChoiceStateExited', state: 'Choose', output: 'middle' });
    expect(historyOf(run(machine, { input: { n: 0 } }))[2]).toEqual({ type: 'ChoiceStateExited', state: 'Choose', output: { n: 0 } });
  });

  test('without a rule that holds, Default takes the state\'s own Output and Assign', () => {
    const machine = choice({ Choices: [{ Condition: false, Next: 'A', Output: 1 }], Default: 'B', Output: 2, Assign: { a: 3 } });
    expect(historyOf(run(machine))[2]).toEqual({ type: 'ChoiceStateExited', state: 'Choose', output: 2, assigned: { a: 3 } });
  });

  test('without a rule that holds and without Default the execution fails', () => {
    const result = run(choice({ Choices: [{ Condition: false, Next: 'A' }, { Condition: '{% 1 = 2 %}', Next: 'B' }] }));
    expect(endOf(result)).toEqual({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: "An error occurred while executing the state 'Choose' (entered at the event id #2). Failed to transition out of the state. The state does not point to a next state.",
    });
    expect(typesOf(result)).toEqual(['ExecutionStarted', 'ChoiceStateEntered Choose', 'ExecutionFailed']);
  });

  test('a condition must be true or false, and the rules after the winner are not looked at', () => {
    const machine = choice({ Choices: [{ Condition: '{% $states.input.ok %}', Next: 'A' }, { Condition: '{% "yes" %}', Next: 'B' }] });
    expect(endOf(run(machine, { input: { ok: true } }))).toMatchObject({ status: 'SUCCEEDED' });
    expect(endOf(run(machine, { input: { ok: false } }))).toEqual(
      queryError('Choose', 2, `The JSONata expression '"yes"' specified for the field 'Choices[1]/Condition' returned an unexpected result type. Expected 'boolean', but was 'string' for value: "yes"`),
    );
    expect(endOf(run(machine, { input: {} }))).toMatchObject({ cause: expect.stringContaining("'Choices[0]/Condition' returned nothing (undefined).") });
  });
});

describe('Wait', () => {
  const waitUntil = (rest: { readonly [field: string]: Json }) =>
    machineOf({ Hold: { Type: 'Wait', ...rest, Next: 'After' }, After: { Type: 'Pass', Output: '{% $millis() %}', End: true } });

  test('waits its seconds, or until its time, on the execution\'s clock', () => {
    expect(endOf(run(waitUntil({ Seconds: 90 })))).toEqual({ status: 'SUCCEEDED', output: START + 90_000 });
    expect(endOf(run(waitUntil({ Seconds: '{% $states.input.s %}' }), { input: { s: 5 } }))).toEqual({ status: 'SUCCEEDED', output: START + 5000 });
    expect(endOf(run(waitUntil({ Timestamp: '2030-01-02T01:00:00+01:00' })))).toEqual({ status: 'SUCCEEDED', output: START + 86_400_000 });
    expect(endOf(run(waitUntil({ Timestamp: '2001-01-02T00:00:00Z' })))).toEqual({ status: 'SUCCEEDED', output: START });
    expect(endOf(run(waitUntil({ Seconds: 0 })))).toEqual({ status: 'SUCCEEDED', output: START });
  });

  test.each([
    ['"5"', `returned an unexpected result type. Expected 'number', but was 'string' for value: "5"`],
    ['null', "returned an unexpected result type. Expected 'number', but was 'null' for value: null"],
  ])('%s is no number of seconds', (expression, complaint) => {
    const cause = `The JSONata expression '${expression}' specified for the field 'Seconds' ${complaint}`;
    expect(endOf(run(waitUntil({ Seconds: `{% ${expression} %}` })))).toEqual(queryError('Hold', 2, cause));
  });

  test.each(['-1', '1.5', '100000000'])('%s seconds cannot be waited', (expression) => {
    const result = run(waitUntil({ Seconds: `{% ${expression} %}` }));
    expect(endOf(result)).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(historyOf(result)).toContainEqual(expect.objectContaining({ type: 'EvaluationFailed', location: 'Seconds' }));
  });

  test('Output and Assign count at the end', () => {
    const machine = machineOf({ Hold: { Type: 'Wait', Seconds: 1, Assign: { a: 1 }, Output: '{% $millis() %}', End: true } });
    expect(historyOf(run(machine))[2]).toEqual({ type: 'WaitStateExited', state: 'Hold', output: START + 1000, assigned: { a: 1 } });
  });
});

describe('Fail and Succeed', () => {
  test('a failure may have no error, no cause, or computed ones', () => {
    expect(endOf(run(machineOf({ Bad: { Type: 'Fail' } })))).toEqual({ status: 'FAILED' });
    expect(endOf(run(machineOf({ Bad: { Type: 'Fail', Error: 'E' } })))).toEqual({ status: 'FAILED', error: 'E' });
    expect(endOf(run(machineOf({ Bad: { Type: 'Fail', Error: "{% 'E' & 1 %}", Cause: '{% $states.input.c %}' } }), { input: { c: 'C' } }))).toEqual({ status: 'FAILED', error: 'E1', cause: 'C' });
  });

  test('an error that is no text is an error of its own', () => {
    const result = run(machineOf({ Bad: { Type: 'Fail', Error: '{% 1 %}' } }));
    expect(endOf(result)).toEqual(queryError('Bad', 2, "The JSONata expression '1' specified for the field 'Error' returned an unexpected result type. Expected 'string', but was 'number' for value: 1"));
  });

  test('a Succeed ends the execution with its output', () => {
    expect(endOf(run(machineOf({ Good: { Type: 'Succeed', Output: { n: '{% 1 + 1 %}' } } })))).toEqual({ status: 'SUCCEEDED', output: { n: 2 } });
  });
});

describe('variables', () => {
  test('Output and Assign see the variables as they were', () => {
    const machine = machineOf({
      First: { Type: 'Pass', Assign: { a: 1, b: 2 }, Next: 'Second' },
      Second: { Type: 'Pass', Assign: { a: '{% $b %}', b: '{% $a %}' }, Output: '{% [$a, $b] %}', Next: 'Third' },
      Third: { Type: 'Pass', Output: '{% [$states.input, $a, $b] %}', End: true },
    });
    expect(endOf(run(machine))).toEqual({ status: 'SUCCEEDED', output: [1, 2, 2, 1] });
  });

  test('a branch reads the variables around it, and its own end with it', () => {
    const branch = (name: string) => ({
      StartAt: `${name}1`,
      States: {
        [`${name}1`]: { Type: 'Pass', Assign: { inner: name }, Next: `${name}2` },
        [`${name}2`]: { Type: 'Pass', Output: '{% $outer & $inner %}', End: true },
      },
    });
    const machine = machineOf({
      Set: { Type: 'Pass', Assign: { outer: 'o' }, Next: 'Both' },
      Both: { Type: 'Parallel', Branches: [branch('x'), branch('y')], Next: 'After' },
      After: { Type: 'Pass', Output: { result: '{% $states.input %}', inner: '{% $exists($inner) %}' }, End: true },
    });
    expect(endOf(run(machine))).toEqual({ status: 'SUCCEEDED', output: { result: ['ox', 'oy'], inner: false } });
  });
});

describe('the context object', () => {
  test('tells of execution, machine and state, and of retries only where there can be some', () => {
    const machine = machineOf({ Look: { Type: 'Pass', Output: '{% $states.context %}', Next: 'Ask' }, Ask: { ...CALL, Arguments: '{% $states.context.State %}', End: true } });
    const result = run(machine, { input: { a: 1 }, mocks: { Ask: [{ result: 'fine' }] } });
    const execution = { Id: expect.stringMatching(/^arn:.+:execution:.+:test$/), Name: 'test', Input: { a: 1 }, StartTime: '2030-01-01T00:00:00.000Z', RedriveCount: 0, RoleArn: expect.any(String) };
    const output = { Execution: execution, StateMachine: { Id: expect.stringContaining(':stateMachine:'), Name: expect.any(String) }, State: { Name: 'Look', EnteredTime: '2030-01-01T00:00:00.000Z' } };
    expect(historyOf(result)[2]).toEqual({ type: 'PassStateExited', state: 'Look', output });
    expect(historyOf(result)).toContainEqual({ type: 'TaskScheduled', state: 'Ask', arguments: { Name: 'Ask', EnteredTime: '2030-01-01T00:00:00.000Z', RetryCount: 0 } });
  });
});

describe('limits', () => {
  test('256 KiB may be passed on and no more', () => {
    // Two quotes make the rest of the JSON text.
    const machine = (length: number) => machineOf({ Only: { Type: 'Pass', Output: `{% $pad("", ${length}, "x") %}`, End: true } });
    expect(run(machine(262_142)).status).toBe('SUCCEEDED');
    expect(endOf(run(machine(262_143)))).toEqual({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
      cause: "The state/task 'Only' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });

  test('an endless loop ends with event number 25,000', () => {
    const result = run(machineOf({ Loop: { Type: 'Pass', Next: 'Again' }, Again: { Type: 'Choice', Choices: [{ Condition: true, Next: 'Loop' }], Default: 'Out' }, Out: END }));
    expect(endOf(result)).toEqual({ status: 'FAILED', error: 'States.Runtime', cause: 'The execution reached the maximum number of history events (25000).' });
    expect(historyOf(result)).toHaveLength(25_000);
    expect(historyOf(result).at(-1)).toEqual({ type: 'ExecutionFailed' });
  });

  test('an execution that outlasts its time is timed out, without error and cause', () => {
    const result = run(machineOf({ Hold: { Type: 'Wait', Seconds: 25, End: true } }, { TimeoutSeconds: 3 }));
    expect(endOf(result)).toEqual({ status: 'TIMED_OUT' });
    expect(typesOf(result)).toEqual(['ExecutionStarted', 'WaitStateEntered Hold', 'ExecutionTimedOut']);
  });

  test('no execution outlasts a year', () => {
    expect(endOf(run(machineOf({ Hold: { Type: 'Wait', Timestamp: '2031-01-01T00:00:01Z', End: true } })))).toEqual({ status: 'TIMED_OUT' });
  });
});
