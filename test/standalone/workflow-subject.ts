import { SqliteWorkflow } from '#standalone/workflow';
import { WorkflowEngine } from '#standalone/workflow-engine';
import { Signal } from '#standalone/signal';

import { askingMachine } from '../contracts/asking-machine.ts';
import type { Asked, WorkflowSubject } from '../contracts/workflow.ts';
import { openFresh } from './opened.ts';
import { VirtualTime } from './virtual-time.ts';

const unused = async (): Promise<never> => await Promise.reject(new Error('the machine of the suite calls one function only'));

/** The workflow in the database, with the engine that makes its calls, under virtual time. */
export async function openWorkflow(): Promise<WorkflowSubject> {
  const time = new VirtualTime();
  const { ports, database, close } = await openFresh(time);
  const [changed, asked]: [Signal, Asked[]] = [new Signal(), []];
  const shared = { database, changed, clock: time, random: () => 0 };
  const machines = { canary: askingMachine, 'blue-green': askingMachine, rolling: askingMachine, recreate: askingMachine, recover: askingMachine };
  const workflow = new SqliteWorkflow({ ...shared, machines });
  const engine = new WorkflowEngine({
    ...shared, workflow, sleeper: time, contextOf: (tenant) => ({ ports: { ...ports, workflow, connections: { announceWork: unused, closeKey: unused } }, tenant, traceId: ports.ids.trace() }),
    tasks: {
      'validate-deployment': unused, 'next-step': unused, 'enter-gate': unused, 'dispatch-step': unused, 'begin-rollback': unused, 'conclude-deployment': unused,
      async 'start-wait'(_context, input) {
        asked.push(input);
      },
    },
    onTrouble: (doing, error) => { throw new Error(`trouble while ${doing}`, { cause: error }); },
  });
  engine.start();
  const rest = async () => {
    while (!engine.isIdle) await new Promise<void>((resolve) => { setImmediate(resolve); });
  };
  return {
    port: workflow, machine: 'recover', asked, now: () => time.now(),
    async until(holds) {
      await rest();
      if (!(await holds())) throw new Error('it does not hold although the engine is at rest');
    },
    async pass(seconds) {
      time.advance(seconds);
      await rest();
    },
    async close() {
      await engine.stop();
      await close();
    },
  };
}
