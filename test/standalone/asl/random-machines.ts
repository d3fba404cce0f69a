import fc from 'fast-check';

import type { Json, JsonObject } from '#stepfunctions/language';

/** A machine that was made up, what its tasks answer, and whether somebody stops it. */
export type RandomCase = { readonly definition: JsonObject; readonly mocks: { readonly [state: string]: readonly JsonObject[] }; readonly control: readonly { readonly after: string; readonly do: 'stop' }[]; readonly input: Json };

type Made = { readonly states: { readonly [name: string]: JsonObject }; readonly tasks: readonly string[] };

const ERRORS = ['A', 'B', 'States.Timeout', 'States.Runtime'];

const retry = fc.array(
  fc.record({
    ErrorEquals: fc.constantFrom(['A'], ['B'], ['States.Timeout'], ['States.TaskFailed'], ['A', 'States.HeartbeatTimeout']),
    IntervalSeconds: fc.integer({ min: 0, max: 3 }),
    MaxAttempts: fc.integer({ min: 0, max: 2 }),
    JitterStrategy: fc.constantFrom('FULL', 'NONE'),
  }),
  { maxLength: 2 },
);

const guards = fc.record({ Retry: retry, caught: fc.boolean(), Assign: fc.boolean() });

/** Answers of one task: enough of them for all its attempts. */
const answers = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ result: fc.constantFrom<Json>(1, null, 'x', [1, 2], { a: 1 }) }) },
    { weight: 2, arbitrary: fc.record({ error: fc.constantFrom(...ERRORS), cause: fc.constant('c') }) },
    { weight: 1, arbitrary: fc.constant({ never: true }) },
  ),
  { minLength: 60, maxLength: 60 },
);

/** A chain of states that ends well, of at most `depth` levels of branches; `prefix` keeps names apart. */
function chain(prefix: string, depth: number): fc.Arbitrary<Made> {
  const kinds = depth > 0 ? ['Pass', 'Task', 'Callback', 'Wait', 'Choice', 'Parallel', 'Map', 'Broken'] : ['Pass', 'Task', 'Callback', 'Wait', 'Choice', 'Broken'];
  return fc.array(fc.tuple(fc.constantFrom(...kinds), guards, fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: depth > 0 ? 4 : 3 }).chain((parts) => {
    const names = parts.map((_, index) => `${prefix}${index}`);
    const made = parts.map(([kind, guard, number], index) => state({ kind, name: names[index] ?? '', next: names[index + 1] ?? `${prefix}End`, number, depth, guard }));
    return fc.tuple(...made).map((all) => ({
      states: Object.assign({ [`${prefix}End`]: { Type: 'Pass', End: true } }, ...all.map(({ states }) => states)),
      tasks: all.flatMap(({ tasks }) => tasks),
    }));
  });
}

type Part = { readonly kind: string; readonly name: string; readonly next: string; readonly number: number; readonly depth: number; readonly guard: { readonly Retry: readonly Json[]; readonly caught: boolean; readonly Assign: boolean } };

function state({ kind, name, next, number, depth, guard }: Part): fc.Arbitrary<Made> {
  const shaping = guard.Assign ? { Assign: { [`v${name}`]: '{% $millis() %}' } } : {};
  const guarded = { Retry: [...guard.Retry], ...(guard.caught ? { Catch: [{ ErrorEquals: ['States.ALL'], Next: next }] } : {}) };
  const one = (fields: JsonObject, tasks: readonly string[] = []) => fc.constant({ states: { [name]: fields }, tasks });
  switch (kind) {
    case 'Pass':
      return one({ Type: 'Pass', ...shaping, Output: { was: '{% $string($states.input) ~> $length() %}', random: '{% $random() %}' }, Next: next });
    case 'Broken':
      return one({ Type: 'Pass', Output: number === 0 ? '{% $nothing %}' : '{% $states.input %}', Next: next });
    case 'Wait':
      return one({ Type: 'Wait', Seconds: number, ...shaping, Next: next });
    case 'Choice':
      return one({ Type: 'Choice', Choices: [{ Condition: `{% $random() < 0.5 %}`, Next: next, Output: number }], Default: next });
    case 'Task':
      return one({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', TimeoutSeconds: number + 1, ...shaping, ...guarded, Next: next }, [name]);
    case 'Callback':
      return one({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', Arguments: '{% $states.context.Task.Token %}', HeartbeatSeconds: number + 1, ...guarded, Next: next }, [name]);
    case 'Parallel':
      return fc.tuple(chain(`${name}x`, depth - 1), chain(`${name}y`, depth - 1)).map((branches) => ({
        states: { [name]: { Type: 'Parallel', Branches: branches.map(({ states }) => ({ StartAt: Object.keys(states)[1] ?? '', States: states })), ...shaping, ...guarded, Next: next } },
        tasks: branches.flatMap(({ tasks }) => tasks),
      }));
    default:
      return chain(`${name}m`, depth - 1).map(({ states, tasks }) => ({
        states: { [name]: { Type: 'Map', Items: [1, 2, 3], MaxConcurrency: number, ItemProcessor: { StartAt: Object.keys(states)[1] ?? '', States: states }, ...shaping, ...guarded, Next: next } },
        tasks,
      }));
  }
}

/** Machines with branches within branches, waits, retries, catchers and tasks that answer, fail or stay silent. */
export const randomCases: fc.Arbitrary<RandomCase> = chain('S', 2).chain(({ states, tasks }) =>
  fc.record({
    definition: fc.constant({ QueryLanguage: 'JSONata', StartAt: 'S0', States: states, TimeoutSeconds: 1000 }),
    mocks: fc.tuple(...tasks.map(() => answers)).map((all) => Object.fromEntries(tasks.map((task, index) => [task, all[index] ?? []]))),
    control: fc.constantFrom<RandomCase['control'][number][]>([], [], [], [{ after: 'WaitStateExited', do: 'stop' }]),
    input: fc.constantFrom<Json>({}, 1, [1], null),
  }),
);
