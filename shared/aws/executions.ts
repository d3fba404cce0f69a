import { DescribeExecutionCommand, ExecutionAlreadyExists, ExecutionDoesNotExist, InvalidToken, SFNClient, SendTaskFailureCommand, SendTaskSuccessCommand, StartExecutionCommand, TaskDoesNotExist, TaskTimedOut } from '@aws-sdk/client-sfn';

import { SERVICE_CALLS } from './calls.ts';
import { tellingOutages } from './outages.ts';
import type { Executions } from './workflow.ts';

/** The executions of Step Functions. */
export class StepFunctions implements Executions {
  readonly #client: SFNClient;

  constructor(client: SFNClient) {
    this.#client = client;
  }

  /** On AWS the same name with the same input answers without an error while it runs; both mean that it was started before or now. */
  async start(machineArn: string, name: string, input: string): Promise<boolean> {
    try {
      await this.#client.send(new StartExecutionCommand({ stateMachineArn: machineArn, name, input }));
      return true;
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return false;
      throw error;
    }
  }

  async statusOf(executionArn: string): Promise<string | undefined> {
    try {
      return (await this.#client.send(new DescribeExecutionCommand({ executionArn }))).status;
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return undefined;
      throw error;
    }
  }

  async succeed(taskToken: string, output: string): Promise<'accepted' | 'gone'> {
    return await given(this.#client.send(new SendTaskSuccessCommand({ taskToken, output })));
  }

  async fail(taskToken: string, failure: { readonly error: string; readonly cause: string }): Promise<'accepted' | 'gone'> {
    return await given(this.#client.send(new SendTaskFailureCommand({ taskToken, ...failure })));
  }
}

/** AWS says that a token is gone in three ways; an emulator in one of them. */
async function given(sending: Promise<unknown>): Promise<'accepted' | 'gone'> {
  try {
    await sending;
    return 'accepted';
  } catch (error) {
    if (error instanceof TaskTimedOut || error instanceof InvalidToken || error instanceof TaskDoesNotExist) return 'gone';
    throw error;
  }
}

/** The executions of Step Functions, with a client of their own. */
export function openExecutions(): Executions {
  return new StepFunctions(tellingOutages(new SFNClient(SERVICE_CALLS)));
}
