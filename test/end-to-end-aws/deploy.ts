import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';

import type { SystemUnderTest } from '../end-to-end/system-under-test.ts';

const root = join(import.meta.dirname, '..', '..');

/** The name of the installation, and of its stack. */
const NAME = 'sluice';

/** What a step takes on two quiet cores, in seconds, is some 5, 10 and 20; with this it may take on a busy machine. A custom resource that fails to start would hang for long. */
const LIMITS = { build: 120, bootstrap: 240, deploy: 240 } as const;

const outputs = z.looseObject({ [NAME]: z.looseObject({ RestApiId: z.string(), OperatorKeyParameter: z.string() }) });

/**
 * Puts the whole app onto an emulator by the CDK's own CLI, from what is in the clone, and answers where it is. `folder` is for what is made on
 * the way.
 * @throws with the output of the step that failed or took too long
 */
export async function deploy(emulator: string, folder: string): Promise<SystemUnderTest> {
  const settings = join(folder, 'settings.json');
  const outputsFile = join(folder, 'outputs.json');
  await writeFile(settings, JSON.stringify({ emulator, name: NAME }));
  // The app is run by the `node` that is found first.
  const path = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);
  const environment = { ...process.env, PATH: path, SLUICE_CDK_SETTINGS: settings, CDK_DISABLE_CLI_TELEMETRY: 'true', NO_COLOR: '1' };
  const cdk = (words: readonly string[]) => [join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk'), ...words, '--ci', '--no-notices', '--output', join(folder, 'cdk.out')];
  const { CDK_DEFAULT_ACCOUNT: account = '', CDK_DEFAULT_REGION: region = '' } = process.env;
  await step('build', ['--conditions=sluice-source', join(root, 'scripts', 'build-functions.ts')], environment);
  await step('bootstrap', cdk(['bootstrap', `aws://${account}/${region}`]), environment);
  await step('deploy', cdk(['deploy', '--require-approval', 'never', '--outputs-file', outputsFile]), environment);
  const { RestApiId, OperatorKeyParameter } = outputs.parse(JSON.parse(await readFile(outputsFile, 'utf8')))[NAME];
  return { url: `${emulator}/_aws/execute-api/${RestApiId}/api`, operatorKey: await readParameter(OperatorKeyParameter) };
}

/** Runs Node on a program, in a process group of its own, so that nothing of it is left when its time is over. */
async function step(name: keyof typeof LIMITS, words: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  const began = performance.now();
  const child = spawn(process.execPath, words, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  const timer = setTimeout(() => { if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL'); }, LIMITS[name] * 1000);
  await once(child, 'close');
  clearTimeout(timer);
  const seconds = Math.round((performance.now() - began) / 1000);
  if (child.exitCode !== 0) throw new Error(`${name} ${child.exitCode === null ? `was ended after ${seconds} s` : `failed with exit code ${child.exitCode}`}:\n${output.slice(-6000)}`);
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
