import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A script of this folder that runs as a process of its own. */
export type Child = {
  /** The lines that it has written until now. */
  readonly lines: readonly string[];
  /** Resolves when it has written this many lines; rejects when it ends before. */
  written(count: number): Promise<void>;
  /** Kills it as `kill -9` does and waits until it is gone, with all that it has written. */
  kill(): Promise<void>;
  /** Resolves with its exit code. */
  ended(): Promise<number | null>;
};

/** Starts a script with the Node that runs this test. */
export function startChild(script: string, ...parameters: readonly string[]): Child {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=sluice-source', file, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => lines.push(line));
  const closed = Promise.all([once(child, 'close'), once(output, 'close')]);
  return {
    lines,
    written: (count) => new Promise((resolve, reject) => {
      const look = () => {
        if (lines.length >= count) resolve();
      };
      output.on('line', look);
      void closed.then(() => reject(new Error(`${script} ended after ${lines.length} lines`)));
      look();
    }),
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
    async ended() {
      await closed;
      return child.exitCode;
    },
  };
}
