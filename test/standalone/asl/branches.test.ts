import { describe, expect, test } from 'vitest';

import type { Json } from '#stepfunctions/language';

import { CALL, CALLBACK, endOf, historyOf, machineOf, run, typesOf } from './running.ts';

const PASS = { Type: 'Pass', End: true } as const;
const branchOf = (name: string, state: { readonly [field: string]: Json }) => ({ StartAt: name, States: { [name]: state } });
const each = (state: { readonly [field: string]: Json }, rest: { readonly [field: string]: Json } = {}) =>
  machineOf({ Each: { Type: 'Map', ItemProcessor: branchOf('Item', state), ...rest, End: true } });

describe('Parallel', () => {
  test('gives the outputs in the order of the branches, whichever ends first', () => {
    const machine = machineOf({
      Both: {
        Type: 'Parallel',
        Arguments: { n: '{% $states.input.n + 1 %}' },
        Branches: [branchOf('Slow', { Type: 'Wait', Seconds: 5, Output: 'slow', End: true }), branchOf('Fast', { Type: 'Pass', Output: '{% $states.input %}', End: true })],
        Output: { branches: '{% $states.result %}', input: '{% $states.input %}' },
        End: true,
      },
    });
    const result = run(machine, { input: { n: 1 } });
    expect(endOf(result)).toEqual({ status: 'SUCCEEDED', output: { branches: ['slow', { n: 2 }], input: { n: 1 } } });
    expect(typesOf(result)).toEqual([
      'ExecutionStarted', 'ParallelStateEntered Both', 'ParallelStateStarted', 'WaitStateEntered Slow', 'PassStateEntered Fast', 'PassStateExited Fast',
      'WaitStateExited Slow', 'ParallelStateSucceeded', 'ParallelStateExited Both', 'ExecutionSucceeded',
    ]);
  });

  test('fails with the first branch that fails, and ends the others where they are', () => {
    const machine = machineOf({
      All: {
        Type: 'Parallel',
        Branches: [
          branchOf('Hold', { Type: 'Wait', Seconds: 100, End: true }),
          branchOf('Ask', { ...CALLBACK, End: true }),
          branchOf('Bad', { Type: 'Wait', Seconds: 1, Next: 'Fall' }),
          branchOf('Inner', { Type: 'Map', Items: [1], ItemProcessor: branchOf('Deep', { Type: 'Wait', Seconds: 100, End: true }), End: true }),
        ].map((branch) => (branch.StartAt === 'Bad' ? { ...branch, States: { ...branch.States, Fall: { Type: 'Fail', Error: 'Fell' } } } : branch)),
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        Next: 'Caught',
      },
      Caught: PASS,
    });
    const result = run(machine, { mocks: { Ask: [{ never: true }] } });
    expect(endOf(result)).toEqual({ status: 'SUCCEEDED', output: { Error: 'Fell', Cause: null } });
    expect(typesOf(result).slice(typesOf(result).indexOf('FailStateEntered Fall'))).toEqual([
      'FailStateEntered Fall', 'WaitStateAborted Hold', 'TaskStateAborted Ask', 'WaitStateAborted Deep', 'MapIterationAborted Inner 0', 'MapStateAborted Inner',
      'ParallelStateFailed', 'ParallelStateExited All', 'PassStateEntered Caught', 'PassStateExited Caught', 'ExecutionSucceeded',
    ]);
  });

  test('a retry starts all branches again, and only the last failure is the state\'s', () => {
    const machine = machineOf({ Both: { Type: 'Parallel', Branches: [branchOf('Bad', { Type: 'Fail', Error: 'E', Cause: 'c' })], Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }], End: true } });
    const result = run(machine);
    expect(endOf(result)).toEqual({ status: 'FAILED', error: 'E', cause: 'c' });
    expect(typesOf(result)).toEqual([
      'ExecutionStarted', 'ParallelStateEntered Both', 'ParallelStateStarted', 'FailStateEntered Bad', 'ParallelStateStarted', 'FailStateEntered Bad', 'ParallelStateFailed', 'ExecutionFailed',
    ]);
  });

  test('a task that fails its branch is recorded as ended', () => {
    const machine = machineOf({ One: { Type: 'Parallel', Branches: [branchOf('Ask', { ...CALL, End: true })], End: true } });
    const result = run(machine, { mocks: { Ask: [{ error: 'E', cause: 'c' }] } });
    expect(typesOf(result).slice(-4)).toEqual(['TaskFailed Ask', 'TaskStateAborted Ask', 'ParallelStateFailed', 'ExecutionFailed']);
  });
});

describe('Map', () => {
  test('gives the outputs in the order of the items, whichever ends first', () => {
    const machine = each({ Type: 'Wait', Seconds: '{% $states.input.s %}', Output: '{% $states.input.n %}', End: true }, { Items: '{% $states.input.items %}' });
    expect(endOf(run(machine, { input: { items: [{ n: 'a', s: 3 }, { n: 'b', s: 1 }, { n: 'c', s: 2 }] } }))).toEqual({ status: 'SUCCEEDED', output: ['a', 'b', 'c'] });
  });

  test('runs no more iterations at once than it may', () => {
    const machine = each({ Type: 'Wait', Seconds: 1, Output: '{% $millis() %}', End: true }, { Items: [1, 2, 3, 4, 5], MaxConcurrency: '{% 2 %}' });
    const result = run(machine, { input: {} });
    const [first = 0, ...rest] = historyOf(result).filter(({ type }) => type === 'WaitStateExited').map(({ output }) => Number(output));
    expect(rest.map((millis) => millis - first)).toEqual([0, 1000, 1000, 2000]);
  });

  test('the selector sees the item and the input of the Map, the states inside see the item in the context', () => {
    const machine = each(
      { Type: 'Pass', Output: { input: '{% $states.input %}', index: '{% $states.context.Map.Item.Index %}', value: '{% $states.context.Map.Item.Value %}' }, End: true },
      { Items: '{% $states.input.items %}', ItemSelector: { x: '{% $states.context.Map.Item.Value * 2 %}', all: '{% $states.input.items %}' } },
    );
    expect(endOf(run(machine, { input: { items: [5] } }))).toEqual({ status: 'SUCCEEDED', output: [{ input: { x: 10, all: [5] }, index: 0, value: 5 }] });
  });

  test('over no items it succeeds at once', () => {
    const result = run(each(PASS, { Items: [] }));
    expect(endOf(result)).toEqual({ status: 'SUCCEEDED', output: [] });
    expect(historyOf(result)[2]).toEqual({ type: 'MapStateStarted', length: 0 });
    expect(typesOf(result)).toEqual(['ExecutionStarted', 'MapStateEntered Each', 'MapStateStarted', 'MapStateSucceeded', 'MapStateExited Each', 'ExecutionSucceeded']);
  });

  test('a failed iteration fails it, and no more are started', () => {
    const machine = each({ Type: 'Pass', Output: { v: '{% $states.input.missing %}' }, End: true }, { MaxConcurrency: 1 });
    const result = run(machine, { input: [1, 2] });
    const cause = "An error occurred while executing the state 'Item' (entered at the event id #5). The JSONata expression '$states.input.missing' specified for the field 'Output/v' returned nothing (undefined).";
    expect(endOf(result)).toEqual({ status: 'FAILED', error: 'States.QueryEvaluationError', cause });
    expect(typesOf(result)).toEqual([
      'ExecutionStarted', 'MapStateEntered Each', 'MapStateStarted', 'MapIterationStarted Each 0', 'PassStateEntered Item', 'EvaluationFailed Item', 'MapIterationFailed Each 0', 'MapStateFailed', 'ExecutionFailed',
    ]);
  });

  test('a failed selector, or a concurrency that is none, fails the Map', () => {
    expect(typesOf(run(each(PASS, { Items: [1], ItemSelector: { a: '{% $no %}' } }))).slice(-3)).toEqual(['EvaluationFailed Each', 'MapStateFailed', 'ExecutionFailed']);
    expect(endOf(run(each(PASS, { Items: [1], MaxConcurrency: '{% -1 %}' })))).toMatchObject({ error: 'States.QueryEvaluationError' });
    expect(endOf(run(each(PASS, { Items: [1], ToleratedFailurePercentage: '{% 101 %}' })))).toMatchObject({ error: 'States.QueryEvaluationError' });
  });

  test('tolerated failures are those of distributed Maps alone', () => {
    expect(endOf(run(each({ Type: 'Fail', Error: 'E' }, { Items: [1, 2], ToleratedFailureCount: 2, ToleratedFailurePercentage: 100 })))).toMatchObject({ status: 'FAILED', error: 'E' });
  });

  test('variables of an iteration are its own', () => {
    const machine = machineOf({
      Each: {
        Type: 'Map',
        Items: [1, 2, 3],
        ItemProcessor: {
          StartAt: 'Set',
          States: { Set: { Type: 'Pass', Assign: { mine: '{% $states.input %}' }, Next: 'Hold' }, Hold: { Type: 'Wait', Seconds: 1, Next: 'Get' }, Get: { Type: 'Pass', Output: '{% $mine %}', End: true } },
        },
        End: true,
      },
    });
    expect(endOf(run(machine))).toEqual({ status: 'SUCCEEDED', output: [1, 2, 3] });
  });

  test('a Map within a Map sees its own item', () => {
    const inner = { Type: 'Map', ItemProcessor: branchOf('Leaf', { Type: 'Pass', Output: '{% $states.context.Map.Item.Value %}', End: true }), End: true };
    expect(endOf(run(machineOf({ Outer: { Type: 'Map', Items: [[1, 2], [3]], ItemProcessor: branchOf('Inner', inner), End: true } })))).toEqual({ status: 'SUCCEEDED', output: [[1, 2], [3]] });
  });
});
