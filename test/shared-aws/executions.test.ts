import { ExecutionAlreadyExists, ExecutionDoesNotExist, InvalidToken, SFNClient, StateMachineDoesNotExist, TaskDoesNotExist, TaskTimedOut } from '@aws-sdk/client-sfn';
import { expect, it } from 'vitest';

import { StepFunctions } from '#aws/executions';

/** Executions on a Step Functions that refuses every call in one way. An emulator knows not all of AWS's. */
function refusing(error: Error): StepFunctions {
  const client = new SFNClient({ region: 'eu-central-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' }, maxAttempts: 1 });
  client.middlewareStack.add(() => async () => { throw error; }, { step: 'initialize', name: 'refuse' });
  return new StepFunctions(client);
}

const about = { message: 'refused', $metadata: {} };

it.each([new TaskTimedOut(about), new InvalidToken(about), new TaskDoesNotExist(about)])('a token that Step Functions answers with $name is gone, which is no error', async (error) => {
  const executions = refusing(error);
  expect(await executions.succeed('token', '{}')).toBe('gone');
  expect(await executions.fail('token', { error: 'Failed', cause: 'it failed' })).toBe('gone');
});

it('an execution that exists already was started before, and one that does not exist has no status', async () => {
  expect(await refusing(new ExecutionAlreadyExists(about)).start('arn', 'name', '{}')).toBe(false);
  expect(await refusing(new ExecutionDoesNotExist(about)).statusOf('arn')).toBeUndefined();
});

it('any other refusal is told', async () => {
  const executions = refusing(new StateMachineDoesNotExist(about));
  await expect(executions.start('arn', 'name', '{}')).rejects.toThrow('refused');
  await expect(executions.succeed('token', '{}')).rejects.toThrow('refused');
  await expect(executions.statusOf('arn')).rejects.toThrow('refused');
});
