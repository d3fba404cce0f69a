import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The folder of the project. */
export const projectFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const COMMAND = join(projectFolder, 'bin', 'sluice.mjs');

/** A `sluice` command that runs in the background. */
export type StartedProcess = { readonly stop: () => Promise<void>; readonly output: () => string; readonly process: ChildProcess };

/** How long a command may take until it says that it is ready; a cold start takes about a second. */
const READY_SECONDS = 30;

/** How long a command may take to stop before it is killed. */
const STOP_SECONDS = 15;

/** How often the output of a command that is to outlive this process is looked at. */
const LOOK_MILLISECONDS = 50;

/**
 * Starts `sluice` with the given words and waits until a line of its output matches. Answers the process and the match. One that is to
 * outlive this process writes into the file `log`: a pipe would hold this process up, and end the other one when it breaks.
 * @throws Error with the end of the output when it ends or stays silent.
 */
export async function startSluice(words: readonly string[], ready: RegExp, environment: { readonly [name: string]: string }, log: string | false): Promise<{ readonly started: StartedProcess; readonly match: RegExpExecArray }> {
  const { child, output } = log === false ? piped(words, environment) : logged(words, environment, log);
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    const look = setInterval(() => {
      const found = ready.exec(output());
      if (found !== null) settle(() => resolve(found));
    }, LOOK_MILLISECONDS);
    const fail = (why: string) => settle(() => reject(new Error(`sluice ${words[0] ?? ''} ${why}:\n${output().slice(-2000)}`)));
    const timer = setTimeout(() => fail(`was not ready within ${READY_SECONDS} s`), READY_SECONDS * 1000);
    const settle = (how: () => void) => {
      clearInterval(look);
      clearTimeout(timer);
      how();
    };
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`ended with ${code ?? 'a signal'}`));
  });
  return { started: { process: child, output, stop: async () => await stopped(child) }, match };
}

type Child = { readonly child: ChildProcess; readonly output: () => string };

/** The end of what a command wrote; what was before is not needed. */
const OUTPUT_CHARACTERS = 20_000;

function piped(words: readonly string[], environment: { readonly [name: string]: string }): Child {
  const child = spawn(process.execPath, [COMMAND, ...words], { cwd: projectFolder, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const read = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-OUTPUT_CHARACTERS);
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  return { child, output: () => output };
}

function logged(words: readonly string[], environment: { readonly [name: string]: string }, log: string): Child {
  const file = openSync(log, 'a', 0o600);
  const child = spawn(process.execPath, [COMMAND, ...words], { cwd: projectFolder, env: { ...process.env, ...environment }, stdio: ['ignore', file, file], detached: true });
  closeSync(file);
  return { child, output: () => readFileSync(log, 'utf8').slice(-OUTPUT_CHARACTERS) };
}

/** Runs a `sluice` command to its end. @throws Error with its output when it fails. */
export async function runSluice(words: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [COMMAND, ...words], { cwd: projectFolder, timeout: READY_SECONDS * 1000 });
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
