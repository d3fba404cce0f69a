import type { TaskHandlers } from '#application/handlers';
import type { MachineName } from '#contracts/functions';
import { systemClock } from '#engine/system-clock';
import { systemSleeper } from '#standalone/clock';
import { openStandalonePorts } from '#standalone/open-ports';
import { Signal } from '#standalone/signal';
import { WorkflowEngine } from '#standalone/workflow-engine';
import { SqliteWorkflow } from '#standalone/workflow';
import type { StateMachine } from '#stepfunctions/language';

import { inFolder } from './append.ts';
import { growing } from './measure.ts';
import type { Bench } from './measure.ts';

/** Rounds of each execution: a call, whose result is kept, and the question whether to go on. */
const ROUNDS = 50;

/** States entered in an execution: three in each round, and the first and the last. */
const STATES = 3 * ROUNDS + 2;

const machine: StateMachine = {
  Comment: 'Calls, counts and asks, over and over', QueryLanguage: 'JSONata', StartAt: 'Begin',
  States: {
    Begin: { Type: 'Pass', Assign: { tenant: '{% $states.input.tenant %}', deployment: '{% $states.input.deployment %}', left: ROUNDS }, Next: 'Call' },
    Call: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: '${next_step}', Payload: { tenant: '{% $tenant %}', deployment: '{% $deployment %}' } }, Assign: { kind: '{% $states.result.Payload.kind %}' }, TimeoutSeconds: 60, Next: 'Count' },
    Count: { Type: 'Pass', Assign: { left: '{% $left - 1 %}' }, Next: 'More' },
    More: { Type: 'Choice', Choices: [{ Condition: "{% $kind = 'bake' and $left > 0 %}", Next: 'Call' }], Default: 'Done' },
    Done: { Type: 'Succeed' },
  },
};

/** The workflow alone, on disk: executions of a machine whose calls are answered at once, each answer and what follows from it in a transaction. */
export const durableTransitions: Bench = {
  rows: [{ what: 'States that machines enter, each signal of theirs durable', unit: 'per second', target: { atLeast: 5000 }, grows: 'machines that run at once, from 16 on' }],
  measure: async (options) => await growing(16, options, async (atOnce) => await inFolder(async (folder) => {
    const { ports, database, close } = await openStandalonePorts({ dataFolder: folder });
    const changed = new Signal();
    const shared = { database, changed, clock: systemClock, random: Math.random };
    const machines: { readonly [Name in MachineName]: StateMachine } = { canary: machine, 'blue-green': machine, rolling: machine, recreate: machine, recover: machine };
    const workflow = new SqliteWorkflow({ ...shared, machines });
    const engine = new WorkflowEngine({ ...shared, workflow, tasks, sleeper: systemSleeper(systemClock), onTrouble: (doing, error) => { throw new Error(doing, { cause: error }); }, contextOf: (tenant) => ({ ports: { ...ports, workflow, connections: { announceWork: unused, closeKey: unused } }, tenant, traceId: ports.ids.trace() }) });
    engine.start();
    try {
      const start = performance.now();
      for (let index = 0; index < atOnce; index += 1) await workflow.start({ tenant: 'bench', name: `bench-${index}`, machine: 'canary', input: { tenant: 'bench', deployment: ports.ids.deployment(systemClock.now()) } });
      while ((await database.run('countExecutions', undefined)).running > 0) await new Promise((resolve) => { setTimeout(resolve, 20); });
      return [(atOnce * STATES * 1000) / (performance.now() - start)];
    } finally {
      await engine.stop();
      await close();
    }
  })),
};

const unused = async (): Promise<never> => await Promise.reject(new Error('the machine of the bench calls one function only'));

const tasks: TaskHandlers = {
  'validate-deployment': unused, 'enter-gate': unused, 'dispatch-step': unused, 'begin-rollback': unused, 'conclude-deployment': unused, 'start-wait': unused,
  'next-step': async () => await Promise.resolve({ kind: 'bake', step: '1-bake', timeoutSeconds: 60, reason: 'the bench goes on' }),
};
