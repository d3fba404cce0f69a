import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as z from 'zod';

import { commandLine, guarded } from './guarded.ts';

/** The root of the clone. */
const root = join(import.meta.dirname, '..', '..');

/** How long a command may take until it says that it is ready: a cold start takes a second or two, more on a busy machine. */
const READY_SECONDS = 60;

/** The bounds of a graceful stop (10 s for requests, 10 s for what runs), and some time to end. */
const STOP_SECONDS = 25;

/** How a command of Sluice is started. */
export type ProcessOptions = {
  readonly environment?: { readonly [variable: string]: string };
  /**
   * Starts the command line itself, as `bin/sluice.mjs` does, and not by way of that: so that a kill meets the process that does the
   * work, and none that waits for it.
   */
  readonly direct?: boolean;
  /** As which user of the system, by number. */
  readonly user?: number;
  /** A module that is loaded before the command line; only with `direct`. */
  readonly before?: string;
};

/** A `sluice` command as a process of its own. */
export class SluiceProcess {
  readonly child: ChildProcess;
  /** What it has written, both streams. */
  output = '';
  readonly #closed: Promise<unknown>;

  constructor(words: readonly string[], { environment = {}, direct = false, user, before }: ProcessOptions = {}) {
    const program = direct ? ['--conditions=sluice-source', ...(before === undefined ? [] : ['--import', before]), commandLine] : [join(root, 'bin', 'sluice.mjs')];
    this.child = spawn(process.execPath, [...program, ...words], { cwd: root, env: { ...ownEnvironment(), ...environment }, stdio: ['ignore', 'pipe', 'pipe'], ...(user === undefined ? {} : { uid: user }) });
    const { pid } = this.child;
    if (pid === undefined) throw new Error('the process could not be started');
    guarded(`process ${pid}`);
    this.child.once('exit', () => guarded(`ended ${pid}`));
    this.child.stdout?.on('data', (chunk: Buffer) => { this.output += chunk.toString(); });
    this.child.stderr?.on('data', (chunk: Buffer) => { this.output += chunk.toString(); });
    this.#closed = once(this.child, 'close');
  }

  /** Waits until a line of its output matches. @throws with its output when it ends before, or stays silent */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const found = pattern.exec(this.output);
    if (found !== null) return found;
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`it did not say ${String(pattern)} within ${READY_SECONDS} s: ${this.output}`)), READY_SECONDS * 1000);
      const look = () => {
        const match = pattern.exec(this.output);
        if (match === null) return;
        clearTimeout(timer);
        resolve(match);
      };
      this.child.stdout?.on('data', look);
      this.child.stderr?.on('data', look);
      this.child.once('close', (code) => {
        clearTimeout(timer);
        reject(new Error(`it ended with ${code ?? 'a signal'} before it said ${String(pattern)}: ${this.output}`));
      });
    });
  }

  /** Waits for its end and answers its exit code; `null` after a signal. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.child.exitCode;
  }

  /** Ends it at once, as `kill -9` does. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#closed;
  }

  /** Asks it to end, and answers its exit code. It is killed when it does not. */
  async stop(): Promise<number | null> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_SECONDS * 1000);
    this.child.kill('SIGTERM');
    await this.#closed;
    clearTimeout(timer);
    return this.child.exitCode;
  }
}

/** What `sluice serve --json` says when it answers. */
export const readyLine = z.object({ ready: z.string(), firstKeys: z.object({ operator: z.string().optional(), admin: z.string().optional() }) });

/** Starts the control plane on a data folder, and waits until it answers. */
export async function serve(words: readonly string[], options: ProcessOptions = {}): Promise<{ readonly process: SluiceProcess; readonly url: string; readonly keys: z.infer<typeof readyLine>['firstKeys'] }> {
  const started = new SluiceProcess(['serve', '--json', ...words], options);
  const [line] = await started.says(/^\{"ready".*$/m);
  const { ready, firstKeys } = readyLine.parse(JSON.parse(line));
  return { process: started, url: ready, keys: firstKeys };
}

/**
 * This process's environment without settings of Sluice, which would be taken for the test's. What Node has compiled is kept where Node
 * keeps it by itself when asked to, because the same program starts again and again.
 */
function ownEnvironment(): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SLUICE_')));
  return { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...own };
}
