import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';

import type { SystemUnderTest } from '../end-to-end/system-under-test.ts';
import { NAME, controlPlaneCdk, runNode } from './cdk.ts';
import type { Ended } from './cdk.ts';

const root = join(import.meta.dirname, '..', '..');

/** Building takes some 5 s on two quiet cores. */
const BUILD_SECONDS = 120;

const outputs = z.looseObject({ [NAME]: z.looseObject({ RestApiId: z.string(), OperatorKeyParameter: z.string() }) });

/**
 * Puts the whole app onto an emulator by the CDK's own CLI, from what is in the clone, and answers where it is. `folder` is for what is made on
 * the way.
 * @throws with the output of the step that failed or took too long
 */
export async function deploy(emulator: string, folder: string): Promise<SystemUnderTest> {
  const cdk = await controlPlaneCdk(emulator, folder);
  const { CDK_DEFAULT_ACCOUNT: account = '', CDK_DEFAULT_REGION: region = '' } = process.env;
  tell('build', await runNode(['--conditions=sluice-source', join(root, 'scripts', 'build-functions.ts')], { limitSeconds: BUILD_SECONDS }));
  tell('bootstrap', await cdk('bootstrap', `aws://${account}/${region}`));
  return await deployAgain(emulator, folder);
}

/** Deploys once more, with options of `cdk deploy`, and answers where the system is now. */
export async function deployAgain(emulator: string, folder: string, ...options: readonly string[]): Promise<SystemUnderTest> {
  const outputsFile = join(folder, 'outputs.json');
  const cdk = await controlPlaneCdk(emulator, folder);
  tell('deploy', await cdk('deploy', '--require-approval', 'never', '--outputs-file', outputsFile, ...options));
  const { RestApiId, OperatorKeyParameter } = outputs.parse(JSON.parse(await readFile(outputsFile, 'utf8')))[NAME];
  return { url: `${emulator}/_aws/execute-api/${RestApiId}/api`, operatorKey: await readParameter(OperatorKeyParameter) };
}

function tell(name: string, { exitCode, output, seconds }: Ended): void {
  if (exitCode !== 0) throw new Error(`${name} ${exitCode === null ? `was ended after ${seconds} s` : `failed with exit code ${exitCode}`}:\n${output.slice(-6000)}`);
  process.stdout.write(`${name} took ${seconds} s\n`);
}

async function readParameter(name: string): Promise<string> {
  const client = new SSMClient();
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    return z.string().parse(Parameter?.Value);
  } finally {
    client.destroy();
  }
}
