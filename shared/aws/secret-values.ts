import { GetSecretValueCommand, PutSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { SERVICE_CALLS } from './calls.ts';
import { tellingOutages } from './outages.ts';

export const secretsClient = (): SecretsManagerClient => tellingOutages(new SecretsManagerClient(SERVICE_CALLS));

/** The text that a secret of Secrets Manager holds now; `undefined` when there is no such secret, or nothing in it yet. */
export async function readSecretValue(client: SecretsManagerClient, id: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: id }))).SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** Puts a new value into a secret. The same `token`, a UUID, with the same value does it once. */
export async function putSecretValue(client: SecretsManagerClient, { id, value, token }: { readonly id: string; readonly value: string; readonly token: string }): Promise<void> {
  await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: value, ClientRequestToken: token }));
}
