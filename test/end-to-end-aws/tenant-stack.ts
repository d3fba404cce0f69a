import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';

import { adminKeySecret } from '#contracts/tenant-resource';

import { systemUnderTest } from '../end-to-end/system-under-test.ts';
import { NAME, cdkOf } from './cdk.ts';
import type { Cdk } from './cdk.ts';
import { bedUrl } from './require-bed.ts';

const forwarded = z.object({ 'detail-type': z.string(), detail: z.looseObject({ tenant: z.string(), stream: z.string() }) });
const outputs = z.looseObject({ AdminKeySecret: z.string(), SeenUrl: z.string() });

/** The stack of a tenant with a name of its own, deployed beside the control plane by its own app. */
export class TenantStack {
  readonly name = `stacked-${randomBytes(4).toString('hex')}`;
  readonly stackName = `tenant-${this.name}`;
  readonly cdk: Cdk;
  readonly #folder: string;
  readonly #secrets = new SecretsManagerClient();
  readonly #queues = new SQSClient({ useQueueUrlAsEndpoint: false });

  private constructor(folder: string, operatorKeySecretArn: string) {
    const { CDK_DEFAULT_ACCOUNT: account = '', CDK_DEFAULT_REGION: region = '' } = process.env;
    const chosen = { name: this.name, url: systemUnderTest.url, operatorKeySecretArn, controlPlaneBusArn: `arn:aws:events:${region}:${account}:event-bus/${NAME}`, emulator: bedUrl() };
    this.cdk = cdkOf('test/cdk/tenant-app.ts', folder, { TENANT_OF_TEST: JSON.stringify(chosen) });
    this.#folder = folder;
  }

  /** Puts an operator key into a secret, which the tenant's app is told the ARN of. Nothing is deployed yet. */
  static async of(folder: string): Promise<TenantStack> {
    const client = new SecretsManagerClient();
    const { ARN } = await client.send(new CreateSecretCommand({ Name: `operator-key-${randomBytes(4).toString('hex')}`, SecretString: systemUnderTest.operatorKey }));
    client.destroy();
    return new TenantStack(folder, z.string().parse(ARN));
  }

  /** Deploys, and answers what the CLI said. @throws with its output when it failed */
  async deploy(): Promise<string> {
    const { exitCode, output } = await this.cdk('deploy', '--require-approval', 'never', '--outputs-file', join(this.#folder, 'tenant.json'));
    if (exitCode !== 0) throw new Error(`the deployment of ${this.stackName} ended with ${exitCode ?? 'no answer'}:\n${output.slice(-4000)}`);
    return output;
  }

  /** What the secret holds, with the id of this version of it. */
  async adminKey(): Promise<z.infer<typeof adminKeySecret> & { readonly versionId: string | undefined }> {
    const { SecretString = '', VersionId } = await this.#secrets.send(new GetSecretValueCommand({ SecretId: (await this.#outputs()).AdminKeySecret }));
    return { ...adminKeySecret.parse(JSON.parse(SecretString)), versionId: VersionId };
  }

  /** The events that have come to the tenant's bus since they were last asked for. */
  async forwarded(): Promise<readonly z.infer<typeof forwarded>[]> {
    const QueueUrl = (await this.#outputs()).SeenUrl;
    const { Messages = [] } = await this.#queues.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    for (const { ReceiptHandle } of Messages) await this.#queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    return Messages.map(({ Body = '' }) => forwarded.parse(JSON.parse(Body)));
  }

  close(): void {
    this.#secrets.destroy();
    this.#queues.destroy();
  }

  async #outputs(): Promise<z.infer<typeof outputs>> {
    return z.record(z.string(), outputs).parse(JSON.parse(await readFile(join(this.#folder, 'tenant.json'), 'utf8')))[this.stackName] ?? outputs.parse({});
  }
}
