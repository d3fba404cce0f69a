import { ParameterAlreadyExists, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

import { SERVICE_CALLS, once } from './calls.ts';
import { tellingOutages } from './outages.ts';

/** The client of the parameters. */
export const parametersClient = once(() => tellingOutages(new SSMClient(SERVICE_CALLS)));

/** A parameter to make; `encryptionKey` is the ARN of a customer key, without which the account's own key for parameters encrypts it. */
export type SecureParameter = { readonly name: string; readonly value: string; readonly encryptionKey: string | undefined };

/** Makes an SSM SecureString unless there is one of that name; answers whether it did. The value of one that is there stays. */
export async function makeSecureParameter(client: SSMClient, { name, value, encryptionKey }: SecureParameter): Promise<boolean> {
  try {
    await client.send(new PutParameterCommand({ Name: name, Value: value, Type: 'SecureString', Overwrite: false, ...(encryptionKey === undefined ? {} : { KeyId: encryptionKey }) }));
    return true;
  } catch (error) {
    if (error instanceof ParameterAlreadyExists) return false;
    throw error;
  }
}
