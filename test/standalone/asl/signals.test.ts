import { describe, expect, test } from 'vitest';

import { advance } from '#standalone/asl/advance';
import type { Effect, Signal } from '#standalone/asl/protocol';
import { parseSnapshot, type Snapshot } from '#standalone/asl/snapshot';
import type { JsonObject } from '#stepfunctions/language';

import { CALL, CALLBACK, contextAt, machineOf, parsed } from './running.ts';

/** Advances and gives snapshot and effects, or `gone`. */
function step(definition: JsonObject, snapshot: Snapshot | undefined, [signal, now]: readonly [Signal, number]) {
  return advance(parsed(definition), snapshot, signal, contextAt(now));
}

function applied(definition: JsonObject, snapshot: Snapshot | undefined, at: readonly [Signal, number]): { readonly snapshot: Snapshot; readonly effects: readonly Effect[]; readonly events: readonly string[] } {
  const advanced = step(definition, snapshot, at);
  if (advanced.outcome === 'gone') throw new Error('the signal was gone');
  return { snapshot: advanced.snapshot, effects: advanced.effects, events: advanced.history.map(({ id, type }) => `${id} ${type}`) };
}

const start: Signal = { type: 'start', input: {} };
const asking = machineOf({ Ask: { ...CALLBACK, Arguments: { token: '{% $states.context.Task.Token %}' }, TimeoutSeconds: 60, HeartbeatSeconds: 10, End: true } });

describe('a task', () => {
  test('is scheduled with its arguments, its token and its times', () => {
    const { effects } = applied(asking, undefined, [start, 1000]);
    expect(effects).toEqual([
      { type: 'schedule', taskId: 'execution:1', state: 'Ask', resource: CALLBACK.Resource, arguments: { token: 'token-of-execution:1' }, callback: true, timeoutAt: 61_000, heartbeatAt: 11_000 },
      { type: 'wake', at: 11_000 },
    ]);
  });

  test('that was answered takes no second answer', () => {
    const { snapshot } = applied(asking, undefined, [start, 0]);
    const done = applied(asking, snapshot, [{ type: 'taskSucceeded', taskId: 'execution:1', output: 1 }, 5]);
    expect(done.effects).toEqual([{ type: 'ended', ending: { status: 'SUCCEEDED', output: 1 } }]);
    for (const signal of [{ type: 'taskSucceeded', taskId: 'execution:1', output: 2 }, { type: 'taskFailed', taskId: 'execution:1' }, { type: 'heartbeat', taskId: 'execution:1' }, { type: 'timer' }, { type: 'stop' }, start] as const) {
      expect(step(asking, done.snapshot, [signal, 6])).toEqual({ outcome: 'gone' });
    }
  });

  test('that nobody scheduled is unknown', () => {
    const { snapshot } = applied(asking, undefined, [start, 0]);
    expect(step(asking, snapshot, [{ type: 'taskSucceeded', taskId: 'execution:2', output: 1 }, 0])).toEqual({ outcome: 'gone' });
  });

  test('gets an id of its own for each attempt, and the token of an earlier one is dead', () => {
    const retried = machineOf({ Ask: { ...CALL, Retry: [{ ErrorEquals: ['States.ALL'] }], End: true } });
    const first = applied(retried, undefined, [start, 0]);
    const failed = applied(retried, first.snapshot, [{ type: 'taskFailed', taskId: 'execution:1', error: 'E' }, 10]);
    expect(failed.effects).toEqual([{ type: 'wake', at: 1010 }]);
    const second = applied(retried, failed.snapshot, [{ type: 'timer' }, 1010]);
    expect(second.effects).toContainEqual(expect.objectContaining({ type: 'schedule', taskId: 'execution:2' }));
    expect(step(retried, second.snapshot, [{ type: 'taskSucceeded', taskId: 'execution:1', output: 1 }, 1011])).toEqual({ outcome: 'gone' });
  });

  test('lives on with every heartbeat, until its time is over', () => {
    let { snapshot } = applied(asking, undefined, [start, 0]);
    for (const now of [9000, 18_000, 27_000, 36_000, 45_000, 54_000]) {
      const beat = applied(asking, snapshot, [{ type: 'heartbeat', taskId: 'execution:1' }, now]);
      expect(beat.effects).toEqual([{ type: 'wake', at: Math.min(now + 10_000, 60_000) }]);
      snapshot = beat.snapshot;
    }
    const over = applied(asking, snapshot, [{ type: 'timer' }, 60_000]);
    expect(over.events).toEqual(['5 TaskSubmitted', '6 TaskTimedOut', '7 ExecutionFailed']);
    expect(over.effects).toEqual([{ type: 'abandon', taskId: 'execution:1' }, { type: 'ended', ending: { status: 'FAILED', error: 'States.Timeout' } }]);
  });

  test('is abandoned when the state around it fails', () => {
    const both = machineOf({
      Both: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'Ask', States: { Ask: { ...CALL, End: true } } }, { StartAt: 'Also', States: { Also: { ...CALL, End: true } } }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Hold' }],
        Next: 'Hold',
      },
      Hold: { Type: 'Wait', Seconds: 1, End: true },
    });
    const { snapshot, effects } = applied(both, undefined, [start, 0]);
    expect(effects.flatMap((effect) => (effect.type === 'schedule' ? [effect.taskId] : []))).toEqual(['execution:1', 'execution:2']);
    const failed = applied(both, snapshot, [{ type: 'taskFailed', taskId: 'execution:2', error: 'E' }, 10]);
    expect(failed.effects).toEqual([{ type: 'abandon', taskId: 'execution:1' }, { type: 'wake', at: 1010 }]);
  });
});

describe('time', () => {
  const holding = machineOf({ Hold: { Type: 'Wait', Seconds: 5, Next: 'Then' }, Then: { Type: 'Wait', Seconds: 5, End: true } }, { TimeoutSeconds: 60 });

  test('that is not over changes nothing', () => {
    const { snapshot, effects } = applied(holding, undefined, [start, 0]);
    expect(effects).toEqual([{ type: 'wake', at: 5000 }]);
    expect(step(holding, snapshot, [{ type: 'timer' }, 4999])).toEqual({ outcome: 'gone' });
  });

  test('that passed unseen is caught up with in its order', () => {
    const { snapshot } = applied(holding, undefined, [start, 0]);
    const late = applied(holding, snapshot, [{ type: 'timer' }, 50_000]);
    expect(late.events).toEqual(['3 WaitStateExited', '4 WaitStateEntered']);
    expect(late.effects).toEqual([{ type: 'wake', at: 55_000 }]);
    const over = applied(holding, late.snapshot, [{ type: 'timer' }, 70_000]);
    expect(over.events).toEqual(['5 WaitStateExited', '6 ExecutionSucceeded']);
  });

  test('ends the execution when it is over', () => {
    const { snapshot } = applied(machineOf({ Ask: { ...CALL, End: true } }, { TimeoutSeconds: 7 }), undefined, [start, 0]);
    const over = applied(machineOf({ Ask: { ...CALL, End: true } }, { TimeoutSeconds: 7 }), snapshot, [{ type: 'timer' }, 7000]);
    expect(over.effects).toEqual([{ type: 'abandon', taskId: 'execution:1' }, { type: 'ended', ending: { status: 'TIMED_OUT' } }]);
  });
});

describe('an execution', () => {
  test('is started once', () => {
    const { snapshot } = applied(asking, undefined, [start, 0]);
    expect(step(asking, snapshot, [start, 0])).toEqual({ outcome: 'gone' });
    expect(step(asking, undefined, [{ type: 'timer' }, 0])).toEqual({ outcome: 'gone' });
  });

  test('is stopped wherever it is, with a reason if there is one', () => {
    const { snapshot } = applied(asking, undefined, [start, 0]);
    const stopped = applied(asking, snapshot, [{ type: 'stop', error: 'Enough', cause: 'of it' }, 1]);
    expect(stopped.effects).toEqual([{ type: 'abandon', taskId: 'execution:1' }, { type: 'ended', ending: { status: 'ABORTED', error: 'Enough', cause: 'of it' } }]);
    expect(stopped.events).toEqual(['5 ExecutionAborted']);
  });

  test('leaves the snapshot that it was given as it was', () => {
    const { snapshot } = applied(asking, undefined, [start, 0]);
    const before = JSON.stringify(snapshot);
    applied(asking, snapshot, [{ type: 'taskSucceeded', taskId: 'execution:1', output: 1 }, 5]);
    expect(JSON.stringify(snapshot)).toBe(before);
  });

  test('is read from storage as it was written, and not in another form', () => {
    const { snapshot } = applied(asking, undefined, [start, 0]);
    expect(parseSnapshot(JSON.parse(JSON.stringify(snapshot)))).toEqual(snapshot);
    expect(() => parseSnapshot({ ...snapshot, version: 2 })).toThrow(/version/);
  });

  test('fails at once with an input above the limit', () => {
    const { effects } = applied(asking, undefined, [{ type: 'start', input: 'x'.repeat(262_143) }, 0]);
    expect(effects).toEqual([{ type: 'ended', ending: expect.objectContaining({ status: 'FAILED', error: 'States.DataLimitExceeded' }) }]);
  });
});
