import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import * as z from 'zod';

import { inFolder } from '../append.ts';

const commandLine = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');

/** The line that `sluice serve --json` writes when it answers. */
const readyLine = z.object({ ready: z.url(), firstKeys: z.object({ operator: z.string().optional(), admin: z.string().optional() }) });

/** A whole control plane as the process that users start, so that load and service do not share a thread. Linux only: figures come from `/proc`. */
export class ControlPlane {
  readonly url: string;
  readonly operatorKey: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, ready: z.infer<typeof readyLine>, folder: string) {
    this.url = ready.ready;
    this.operatorKey = ready.firstKeys.operator ?? '';
    this.#child = child;
    this.#folder = folder;
  }

  /** Starts one on a data folder. @throws when it ends before it is ready */
  static async start(dataFolder: string): Promise<ControlPlane> {
    const child = spawn(process.execPath, ['--conditions=sluice-source', commandLine, 'serve', '--json', '--port', '0', '--data', dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const [line] = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => { throw new Error('the control plane ended before it was ready'); })]);
    return new ControlPlane(child, readyLine.parse(JSON.parse(String(line))), dataFolder);
  }

  /** The most memory that it has held so far. */
  peakMebibytes(): number {
    const [, kibibytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) / 1024;
  }

  /** What the data folder takes on disk, without the blobs. */
  folderKibibytes(): number {
    return readdirSync(this.#folder, { withFileTypes: true }).filter((entry) => entry.isFile()).reduce((sum, { name }) => sum + statSync(join(this.#folder, name)).size, 0) / 1024;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** Gives work a control plane of its own on a new data folder, for the time of it. */
export async function withControlPlane<Result>(work: (plane: ControlPlane) => Promise<Result>): Promise<Result> {
  return await inFolder(async (folder) => {
    const plane = await ControlPlane.start(folder);
    try {
      return await work(plane);
    } finally {
      await plane.stop();
    }
  });
}
