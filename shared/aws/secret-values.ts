import { GetSecretValueCommand, PutSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { SERVICE_CALLS } from './calls.ts';

/** Values of secrets in Secrets Manager; `id` is the secret's ARN or name. */
export type SecretValues = {
  /** The text that a secret holds now; `undefined` when there is no such secret, or nothing in it yet. */
  read(id: string): Promise<string | undefined>;
  /** Puts a new value into a secret. The same `token`, a UUID, with the same value does it once. */
  put(secret: { readonly id: string; readonly value: string; readonly token: string }): Promise<void>;
};

/** The secrets of this account and region, and by their whole ARN those of others that let it. */
export function openSecretValues(): SecretValues {
  const client = new SecretsManagerClient(SERVICE_CALLS);
  return {
    async read(id) {
      try {
        return (await client.send(new GetSecretValueCommand({ SecretId: id }))).SecretString;
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    },
    async put({ id, value, token }) {
      await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: value, ClientRequestToken: token }));
    },
  };
}
