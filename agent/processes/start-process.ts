import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

import type { AllowedExecutable } from '#agent/processes/allow-list';
import { identityOfChild } from '#agent/processes/identity';
import type { ProcessIdentity } from '#agent/processes/identity';

/** All that is needed to start one process. The arguments reach the program as they are: there is no shell. */
export type Launch = {
  readonly executable: AllowedExecutable;
  readonly arguments: readonly string[];
  readonly workingDirectory: string;
  readonly environment: { readonly [name: string]: string };
  /** Standard output and error are appended here. */
  readonly logPath: string;
};

/** A started process. `ended` tells how it ended, as long as the agent that started it lives; after that only its absence is seen. */
export type StartedProcess = { readonly identity: ProcessIdentity; readonly ended: Promise<string>; /** Where its output begins in the log. */ readonly logOffset: number };

/**
 * Starts a process that outlives the agent: in a session and process group of its own, its output going straight into a file, so that the
 * agent's end neither signals it nor breaks a pipe it writes to. Throws when the system cannot start it.
 */
export async function startProcess(launch: Launch): Promise<StartedProcess> {
  mkdirSync(dirname(launch.logPath), { recursive: true, mode: 0o700 });
  const log = openSync(launch.logPath, 'a', 0o600);
  const logOffset = fstatSync(log).size;
  try {
    const child = spawn(launch.executable.path, [...launch.arguments], {
      argv0: launch.executable.calledAs,
      cwd: launch.workingDirectory,
      env: { ...launch.environment },
      detached: true,
      shell: false,
      stdio: ['ignore', log, log],
    });
    const ended = endOf(child);
    const identity = child.pid === undefined ? undefined : identityOfChild(child.pid);
    if (identity === undefined) throw new Error(`cannot be started: ${await ended}`);
    child.unref();
    return { identity, ended, logOffset };
  } finally {
    closeSync(log);
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exited with code ${code ?? 'unknown'}` : `was ended by ${signal}`));
  });
}
