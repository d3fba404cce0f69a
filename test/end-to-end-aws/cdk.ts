import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** The name of the installation under test, and of its stack. */
export const NAME = 'sluice';

/** What a call of the CLI takes on two quiet cores is some 5 to 20 s; with this it may take on a busy machine. A custom resource that fails to start would hang for long. */
const LIMIT_SECONDS = 240;

/** How a program ended; `null` when its time was over. */
export type Ended = { readonly exitCode: number | null; readonly output: string; readonly seconds: number };

/** The CDK's own command line, on one app and the emulator that the environment names. */
export type Cdk = (...words: readonly string[]) => Promise<Ended>;

/** The control plane's app, as anybody has it who cloned the project. `folder` is for what is made on the way. */
export async function controlPlaneCdk(emulator: string, folder: string): Promise<Cdk> {
  const settings = join(folder, 'settings.json');
  await writeFile(settings, JSON.stringify({ emulator, name: NAME }));
  return async (...words) => await callCdk([...words, '--output', join(folder, 'cdk.out')], { SLUICE_CDK_SETTINGS: settings });
}

/** Another app: a file of this project that Node runs. Its environment is what the file reads. */
export function cdkOf(app: string, folder: string, environment: { readonly [variable: string]: string }): Cdk {
  return async (...words) => await callCdk([...words, '--app', `node --conditions=sluice-source ${app}`, '--output', join(folder, 'cdk.out')], environment);
}

async function callCdk(words: readonly string[], environment: { readonly [variable: string]: string }): Promise<Ended> {
  // The app is run by the `node` that is found first.
  const path = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);
  return await runNode([join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk'), ...words, '--ci', '--no-notices'], { environment: { ...environment, PATH: path, CDK_DISABLE_CLI_TELEMETRY: 'true', NO_COLOR: '1' }, limitSeconds: LIMIT_SECONDS });
}

/** Runs Node on a program, in a process group of its own, so that nothing of it is left when its time is over. */
export async function runNode(words: readonly string[], { environment = {}, limitSeconds }: { readonly environment?: { readonly [variable: string]: string }; readonly limitSeconds: number }): Promise<Ended> {
  const began = performance.now();
  const child = spawn(process.execPath, words, { cwd: root, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  const timer = setTimeout(() => { if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL'); }, limitSeconds * 1000);
  await once(child, 'close');
  clearTimeout(timer);
  return { exitCode: child.exitCode, output, seconds: Math.round((performance.now() - began) / 1000) };
}
