import { GetSecretValueCommand, PutSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Every call is made at most 4 times, each with 1 s to connect and 5 s to answer, and the SDK's pauses of at most 20 s in all: 44 s. */
export const secretsClient = (): SecretsManagerClient => new SecretsManagerClient({ maxAttempts: 4, requestHandler: { connectionTimeout: 1000, requestTimeout: 5000 } });

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
