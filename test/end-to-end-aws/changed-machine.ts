import { randomUUID } from 'node:crypto';

import { DescribeExecutionCommand, DescribeStateMachineCommand, ListExecutionsCommand, ListStateMachinesCommand, SFNClient, StartExecutionCommand, UpdateStateMachineCommand } from '@aws-sdk/client-sfn';

import type { MachineName } from '#contracts/functions';

import { until } from '../end-to-end/until.ts';
import { NAME } from './cdk.ts';

/** A machine that has another definition for a while. */
export type ChangedMachine = {
  /** How an execution that begins now ends. */
  statusOfNew(): Promise<string>;
  /** How the execution of a deployment stands. */
  statusOf(deployment: string): Promise<string | undefined>;
  /** Gives the machine its own definition again, and ends. */
  restore(): Promise<void>;
};

/** Gives a machine of the control plane under test another definition, by the call that CloudFormation makes. */
export async function changedMachine(name: MachineName, definition: object): Promise<ChangedMachine> {
  const client = new SFNClient();
  const { stateMachines = [] } = await client.send(new ListStateMachinesCommand());
  const stateMachineArn = stateMachines.find((one) => one.name === `${NAME}-${name}`)?.stateMachineArn ?? '';
  const own = (await client.send(new DescribeStateMachineCommand({ stateMachineArn }))).definition;
  await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: JSON.stringify(definition) }));
  return {
    statusOfNew: async () => {
      const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, name: randomUUID(), input: '{}' }));
      return await until('the new execution has ended', async () => {
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
        return status === 'RUNNING' ? undefined : status;
      });
    },
    statusOf: async (deployment) => (await client.send(new ListExecutionsCommand({ stateMachineArn }))).executions?.find((one) => one.name?.endsWith(deployment))?.status,
    restore: async () => {
      await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: own }));
      client.destroy();
    },
  };
}
