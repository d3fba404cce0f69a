import { randomUUID } from 'node:crypto';

import { CreateStateMachineCommand, DeleteStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';

import { StepFunctions } from '#aws/executions';
import { StepFunctionsWorkflow } from '#aws/workflow';
import { systemClock } from '#engine/system-clock';
import type { State, StateMachine } from '#stepfunctions/language';

import { askingMachine } from '../contracts/asking-machine.ts';
import type { Asked, WorkflowSubject } from '../contracts/workflow.ts';
import { until, wait } from './bed.ts';
import { serveQueue } from './queue.ts';
import { freshTables } from './tables.ts';

const question = z.strictObject({ tenant: z.string(), deployment: z.string(), step: z.string(), token: z.string() });

/** The workflow on Step Functions: the machine of the suite, which asks a queue in place of a function. */
export async function openStepFunctions(): Promise<WorkflowSubject> {
  const made = await freshTables();
  const client = new SFNClient({ maxAttempts: 3 });
  const asked: Asked[] = [];
  const queue = await serveQueue((text) => { asked.push(question.parse(JSON.parse(text))); });
  const { stateMachineArn: recover = '' } = await client.send(new CreateStateMachineCommand({
    name: `asking-${randomUUID()}`, definition: JSON.stringify(asking(askingMachine, queue.url)), roleArn: 'arn:aws:iam::000000000000:role/asking', type: 'STANDARD',
  }));
  const machines = { canary: recover, 'blue-green': recover, rolling: recover, recreate: recover, recover };
  return {
    port: new StepFunctionsWorkflow({ executions: new StepFunctions(client), machines, state: made.state, clock: systemClock }),
    machine: 'recover', asked, now: () => Date.now(), until, pass: async (seconds) => await wait(seconds * 1000),
    async close() {
      await client.send(new DeleteStateMachineCommand({ stateMachineArn: recover }));
      client.destroy();
      await queue.close();
      made.close();
    },
  };
}

/** The same machine, whose questions are messages of a queue. */
function asking(machine: StateMachine, QueueUrl: string): StateMachine {
  const asks = (state: State): State => (state.Type === 'Task' ? { ...state, Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', Arguments: { QueueUrl, MessageBody: payloadOf(state.Arguments) } } : state);
  return { ...machine, States: Object.fromEntries(Object.entries(machine.States).map(([name, state]) => [name, asks(state)])) };
}

function payloadOf(given: unknown): Record<string, string> {
  return z.object({ Payload: z.record(z.string(), z.string()) }).parse(given).Payload;
}
