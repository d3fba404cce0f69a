import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The folder of the project. */
export const projectFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A `sluice` command that runs in the background. */
export type StartedProcess = { readonly stop: () => Promise<void>; readonly output: () => string; readonly process: ChildProcess };

/** How long a command may take until it says that it is ready; a cold start takes about a second. */
const READY_SECONDS = 30;

/** How long a command may take to stop before it is killed. */
const STOP_SECONDS = 15;

/**
 * Starts `sluice` with the given words and waits until a line of its output matches. Answers the process and the match.
 * @throws Error with the end of the output when it ends or stays silent.
 */
export async function startSluice(words: readonly string[], ready: RegExp, environment: { readonly [name: string]: string }, keep: boolean): Promise<{ readonly started: StartedProcess; readonly match: RegExpExecArray }> {
  const child = spawn(process.execPath, [join(projectFolder, 'bin', 'sluice.mjs'), ...words], { cwd: projectFolder, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'], detached: keep });
  let output = '';
  const started: StartedProcess = { process: child, output: () => output, stop: async () => await stopped(child) };
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`sluice ${words[0] ?? ''} ${why}:\n${output.slice(-2000)}`));
    const timer = setTimeout(() => fail(`was not ready within ${READY_SECONDS} s`), READY_SECONDS * 1000);
    const read = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
      const found = ready.exec(output);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`ended with ${code ?? 'a signal'}`));
  });
  return { started, match };
}

/** Runs a `sluice` command to its end. @throws Error with its output when it fails. */
export async function runSluice(words: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [join(projectFolder, 'bin', 'sluice.mjs'), ...words], { cwd: projectFolder, timeout: READY_SECONDS * 1000 });
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS * 1000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
