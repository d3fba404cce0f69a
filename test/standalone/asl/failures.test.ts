import { describe, expect, test } from 'vitest';

import type { Json } from '#stepfunctions/language';

import { CALL, CALLBACK, START, endOf, historyOf, machineOf, run, typesOf } from './running.ts';

const PASS = { Type: 'Pass', End: true } as const;
const guarded = (rest: { readonly [field: string]: Json }, task: { readonly [field: string]: Json } = CALL) => machineOf({ Ask: { ...task, ...rest, End: true }, ...(rest.Catch === undefined ? {} : { Caught: PASS }) });
const failing = (...errors: readonly string[]) => ({ Ask: errors.map((error) => ({ error, cause: `cause of ${error}` })) });

describe('Retry', () => {
  const times = (retry: Json, attempts: number) => {
    const machine = machineOf({ Ask: { ...CALL, Arguments: '{% $millis() %}', Retry: retry, End: true } });
    const result = run(machine, { mocks: { Ask: Array.from({ length: attempts }, () => ({ error: 'E' })) } });
    return historyOf(result).filter(({ type }) => type === 'TaskScheduled').map((event) => (Number(event.arguments) - START) / 1000);
  };

  test('by default there are three more attempts, after 1, 2 and 4 seconds', () => {
    expect(times([{ ErrorEquals: ['States.ALL'] }], 4)).toEqual([0, 1, 3, 7]);
  });

  test('the interval grows by its rate up to its maximum', () => {
    expect(times([{ ErrorEquals: ['E'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 20 }], 5)).toEqual([0, 2, 8, 26, 46]);
    expect(times([{ ErrorEquals: ['E'], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 2 }], 3)).toEqual([0, 1, 2]);
    expect(times([{ ErrorEquals: ['E'], IntervalSeconds: 0, BackoffRate: 1e300, MaxAttempts: 4 }], 5)).toEqual([0, 0, 0, 0, 0]);
  });

  test('full jitter takes a part of the delay', () => {
    const [, first = 0, second = 0] = times([{ ErrorEquals: ['E'], IntervalSeconds: 100, MaxAttempts: 2, JitterStrategy: 'FULL' }], 3);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(100);
    expect(second - first).toBeLessThan(200);
  });

  test('no attempts are no retry', () => {
    expect(times([{ ErrorEquals: ['States.ALL'], MaxAttempts: 0 }], 1)).toEqual([0]);
    expect(times([], 1)).toEqual([0]);
  });

  test('each retrier counts for itself, and one that is used up is not followed by another', () => {
    const machine = guarded({ Retry: [{ ErrorEquals: ['A'], MaxAttempts: 1 }, { ErrorEquals: ['B'], MaxAttempts: 2 }, { ErrorEquals: ['States.ALL'], MaxAttempts: 9 }] });
    expect(endOf(run(machine, { mocks: failing('A', 'B', 'B', 'A') }))).toEqual({ status: 'FAILED', error: 'A', cause: 'cause of A' });
    expect(endOf(run(machine, { mocks: { Ask: [...failing('A', 'B', 'C', 'B', 'C').Ask, { result: 1 }] } }))).toEqual({ status: 'SUCCEEDED', output: 1 });
  });

  test('arguments are evaluated for each attempt, which can see how many there were', () => {
    const machine = guarded({ Arguments: '{% $states.context.State.RetryCount %}', Retry: [{ ErrorEquals: ['States.ALL'] }] });
    const result = run(machine, { mocks: { Ask: [{ error: 'E' }, { error: 'E' }, { result: 'done' }] } });
    expect(historyOf(result).flatMap((event) => (event.type === 'TaskScheduled' ? [event.arguments] : []))).toEqual([0, 1, 2]);
    expect(typesOf(result).filter((type) => type.includes('TaskStateEntered'))).toHaveLength(1);
  });

  test('a failed evaluation is tried again like any failure', () => {
    const result = run(guarded({ Arguments: { a: '{% $no %}' }, Retry: [{ ErrorEquals: ['States.QueryEvaluationError'], MaxAttempts: 1 }] }));
    expect(typesOf(result)).toEqual(['ExecutionStarted', 'TaskStateEntered Ask', 'EvaluationFailed Ask', 'EvaluationFailed Ask', 'ExecutionFailed']);
  });

  test('an Output that fails after a result makes a new attempt', () => {
    const machine = guarded({ Output: '{% $states.result.ok %}', Retry: [{ ErrorEquals: ['States.ALL'] }] });
    expect(endOf(run(machine, { mocks: { Ask: [{ result: {} }, { result: { ok: 1 } }] } }))).toEqual({ status: 'SUCCEEDED', output: 1 });
  });
});

describe('Catch', () => {
  const caughtBy = (errorEquals: readonly string[], mock: Json, task: { readonly [field: string]: Json } = CALL) =>
    endOf(run(guarded({ Catch: [{ ErrorEquals: [...errorEquals], Next: 'Caught' }] }, task), { mocks: { Ask: [mock] } }));

  test('the first catcher that answers has an Output and an Assign of its own', () => {
    const machine = machineOf({
      Ask: {
        ...CALL,
        Output: 'never',
        Assign: { never: 1 },
        Catch: [
          { ErrorEquals: ['Other'], Next: 'Caught' },
          { ErrorEquals: ['E', 'F'], Output: { error: '{% $states.errorOutput %}', input: '{% $states.input %}' }, Assign: { what: '{% $states.errorOutput.Error %}' }, Next: 'Caught' },
        ],
        End: true,
      },
      Caught: { Type: 'Pass', Assign: { seen: '{% $what & $string($exists($never)) %}' }, End: true },
    });
    const result = run(machine, { input: 7, mocks: { Ask: [{ error: 'F', cause: 'c' }] } });
    const output = { error: { Error: 'F', Cause: 'c' }, input: 7 };
    expect(endOf(result)).toEqual({ status: 'SUCCEEDED', output });
    expect(historyOf(result)).toContainEqual({ type: 'TaskStateExited', state: 'Ask', output, assigned: { what: 'F' } });
    expect(historyOf(result)).toContainEqual({ type: 'PassStateExited', state: 'Caught', output, assigned: { seen: 'Ffalse' } });
  });

  test('States.TaskFailed takes every failure of a task but a time-out', () => {
    expect(caughtBy(['States.TaskFailed'], { error: 'E' })).toEqual({ status: 'SUCCEEDED', output: { Error: 'E', Cause: null } });
    expect(caughtBy(['States.TaskFailed'], { error: null })).toEqual({ status: 'SUCCEEDED', output: { Error: null, Cause: null } });
    expect(caughtBy(['States.TaskFailed'], { never: true }, { ...CALL, TimeoutSeconds: 1 })).toEqual({ status: 'FAILED', error: 'States.Timeout' });
  });

  test('States.ALL takes everything but States.Runtime, which only its name takes', () => {
    expect(caughtBy(['States.ALL'], { error: 'States.DataLimitExceeded' })).toMatchObject({ status: 'SUCCEEDED' });
    expect(caughtBy(['States.ALL'], { error: 'States.Runtime', cause: 'c' })).toEqual({ status: 'FAILED', error: 'States.Runtime', cause: 'c' });
    expect(caughtBy(['States.Runtime'], { error: 'States.Runtime' })).toMatchObject({ status: 'SUCCEEDED' });
    expect(caughtBy(['States.Runtime'], { error: null })).toEqual({ status: 'FAILED' });
  });

  test('time-outs and missed heartbeats are States.Timeout, with an empty cause', () => {
    const output = { Error: 'States.Timeout', Cause: '' };
    expect(caughtBy(['States.Timeout'], { never: true }, { ...CALL, TimeoutSeconds: '{% 1 + 1 %}' })).toEqual({ status: 'SUCCEEDED', output });
    expect(caughtBy(['States.Timeout'], { never: true }, { ...CALLBACK, HeartbeatSeconds: 1 })).toEqual({ status: 'SUCCEEDED', output });
    expect(caughtBy(['States.HeartbeatTimeout'], { never: true }, { ...CALLBACK, HeartbeatSeconds: '{% 1 %}' })).toEqual({ status: 'SUCCEEDED', output });
    expect(caughtBy(['States.HeartbeatTimeout'], { never: true }, { ...CALLBACK, TimeoutSeconds: 1 })).toEqual({ status: 'FAILED', error: 'States.Timeout' });
  });

  test('a catcher answers only after all retries', () => {
    const machine = guarded({ Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] });
    const result = run(machine, { mocks: failing('E', 'F') });
    expect(endOf(result)).toEqual({ status: 'SUCCEEDED', output: { Error: 'F', Cause: 'cause of F' } });
  });

  test('what goes wrong in a catcher is not caught again', () => {
    const machine = machineOf({
      Both: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'Boom', States: { Boom: { Type: 'Fail', Error: 'E', Cause: 'c' } } }],
        Catch: [{ ErrorEquals: ['Other'], Next: 'Caught' }, { ErrorEquals: ['States.ALL'], Output: { v: '{% $no %}' }, Next: 'Caught' }],
        End: true,
      },
      Caught: PASS,
    });
    const result = run(machine);
    expect(typesOf(result).slice(3)).toEqual(['FailStateEntered Boom', 'ParallelStateFailed', 'EvaluationFailed Both', 'ParallelStateFailed', 'ExecutionFailed']);
    expect(historyOf(result)).toContainEqual(expect.objectContaining({ type: 'EvaluationFailed', location: 'Catch[1]/Output/v' }));
  });

  test('a failure that was explained inside is not explained again outside', () => {
    const machine = machineOf({
      Both: { Type: 'Parallel', Branches: [{ StartAt: 'In', States: { In: { Type: 'Pass', Output: '{% $no %}', End: true } } }], Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Caught' }], End: true },
      Caught: PASS,
    });
    const result = run(machine);
    const Cause = "An error occurred while executing the state 'In' (entered at the event id #4). The JSONata expression '$no' specified for the field 'Output' returned nothing (undefined).";
    expect(endOf(result)).toEqual({ status: 'SUCCEEDED', output: { Error: 'States.QueryEvaluationError', Cause } });
    expect(typesOf(result).filter((type) => type.startsWith('EvaluationFailed'))).toEqual(['EvaluationFailed In']);
  });
});

describe('tasks', () => {
  test('a result above the limit is a failure of the task, named after what it called', () => {
    const large = { result: 'x'.repeat(262_143) };
    const byService = run(guarded({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] }), { mocks: { Ask: [large] } });
    const cause = (subject: string) => `The state/task '${subject}' returned a result with a size exceeding the maximum number of bytes service limit.`;
    expect(endOf(byService)).toEqual({ status: 'SUCCEEDED', output: { Error: 'States.DataLimitExceeded', Cause: cause('lambda') } });
    expect(typesOf(byService)).toContain('TaskFailed Ask');
    const arn = 'arn:aws:lambda:us-east-1:111111111111:function:fn';
    expect(endOf(run(guarded({}, { Type: 'Task', Resource: arn }), { mocks: { Ask: [large] } }))).toEqual({ status: 'FAILED', error: 'States.DataLimitExceeded', cause: cause(arn) });
  });

  test('a call that the service refuses was never submitted, one that fails later was', () => {
    const types = (error: string) => typesOf(run(guarded({}, CALLBACK), { mocks: { Ask: [{ error }] } }));
    expect(types('SQS.QueueDoesNotExistException')).not.toContain('TaskSubmitted Ask');
    expect(types('MyError')).toContain('TaskSubmitted Ask');
  });

  test('a time-out that is no whole number of seconds from 1 on is an error', () => {
    for (const seconds of ['0', '1.5', '"1"', '100000000']) {
      expect(endOf(run(guarded({ TimeoutSeconds: `{% ${seconds} %}` })))).toMatchObject({ error: 'States.QueryEvaluationError', cause: expect.stringContaining('TimeoutSeconds') });
    }
  });
});
