import { randomBytes } from 'node:crypto';

import type { CloudFormationCustomResourceEvent } from 'aws-lambda';

import { readMasterKey } from '#aws/master-key';
import { makeSecureParameter, parametersClient } from '#aws/parameters';
import { firstKeysEnvironment } from '#contracts/function-environment';

import { contextOf, environment } from './runtime/engine.ts';
import { firstOperatorKey } from './runtime/first-operator-key.ts';
import { around } from './runtime/handler.ts';
import { answeringStack } from './runtime/stack-answer.ts';

const { SLUICE_OPERATOR_KEY_PARAMETER, SLUICE_ENCRYPTION_KEY_ARN: encryptionKey } = firstKeysEnvironment.parse(process.env);
const { SLUICE_MASTER_KEY_PARAMETER } = environment;

/**
 * Makes the master key and the first operator key, each in an SSM SecureString, which CloudFormation cannot make. What is there stays as it is, at
 * each later deploy, and also when the stack is deleted: without the master key no secret could be read again.
 */
export const handler = around(answeringStack(async ({ RequestType }: CloudFormationCustomResourceEvent): Promise<void> => {
  if (RequestType === 'Delete') return;
  await makeSecureParameter(parametersClient(), { name: SLUICE_MASTER_KEY_PARAMETER, value: randomBytes(32).toString('hex'), encryptionKey });
  const value = await firstOperatorKey(contextOf('operator'), await readMasterKey(SLUICE_MASTER_KEY_PARAMETER));
  if (value !== undefined) await makeSecureParameter(parametersClient(), { name: SLUICE_OPERATOR_KEY_PARAMETER, value, encryptionKey });
}));
