import { ParameterAlreadyExists, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { SSMClient } from '@aws-sdk/client-ssm';

/** Makes an SSM SecureString unless there is one of that name; answers whether it did. The value of one that is there stays. */
export async function makeSecureParameter(client: SSMClient, name: string, value: string): Promise<boolean> {
  try {
    await client.send(new PutParameterCommand({ Name: name, Value: value, Type: 'SecureString', Overwrite: false }));
    return true;
  } catch (error) {
    if (error instanceof ParameterAlreadyExists) return false;
    throw error;
  }
}
