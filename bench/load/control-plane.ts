import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import * as z from 'zod';

const commandLine = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');

/** The line that `sluice serve --json` writes when it answers. */
const readyLine = z.object({ ready: z.url(), firstKeys: z.object({ operator: z.string().optional(), admin: z.string().optional() }) });

/** Ticks of a second in `/proc/PID/stat`: USER_HZ, which is 100 on every Linux that Node runs on. Source: proc_pid_stat(5). */
const TICKS_PER_SECOND = 100;

/** A whole control plane as the process that users start, so that load and service do not share a thread. Linux only: figures come from `/proc`. */
export class ControlPlane {
  readonly url: string;
  readonly operatorKey: string;
  /** How long it took from the start of the process until it answered. */
  readonly startSeconds: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ready: z.infer<typeof readyLine>, startSeconds: number) {
    this.url = ready.ready;
    this.operatorKey = ready.firstKeys.operator ?? '';
    this.startSeconds = startSeconds;
    this.#child = child;
  }

  /** Starts one on a data folder. @throws when it ends before it is ready */
  static async start(dataFolder: string): Promise<ControlPlane> {
    const start = performance.now();
    const child = spawn(process.execPath, ['--conditions=sluice-source', commandLine, 'serve', '--json', '--port', '0', '--data', dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const [line] = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => { throw new Error('the control plane ended before it was ready'); })]);
    return new ControlPlane(child, readyLine.parse(JSON.parse(String(line))), (performance.now() - start) / 1000);
  }

  /** The processor's time that the process has used, all threads together. */
  cpuSeconds(): number {
    const [, behindName = ''] = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ');
    const [userTicks = '0', systemTicks = '0'] = behindName.split(' ').slice(11, 13);
    return (Number(userTicks) + Number(systemTicks)) / TICKS_PER_SECOND;
  }

  /** The most memory that it has held so far. */
  peakMebibytes(): number {
    const [, kibibytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) / 1024;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
