import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** How a command ended. */
export type CliResult = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

/** How it is started; the environment is this and nothing of the test's own but the path. */
export type CliOptions = { readonly environment?: Readonly<Record<string, string>>; readonly stdin?: string; readonly folder?: string; readonly onStdout?: (all: string, child: ChildProcess) => void };

/** Runs the command line as a process, as a user would. */
export function runCli(words: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = spawn(process.execPath, ['--conditions=sluice-source', join(root, 'cli', 'main.ts'), ...words], {
    cwd: options.folder ?? tmpdir(), env: { PATH: process.env.PATH, HOME: '/nonexistent', ...options.environment }, stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    options.onStdout?.(stdout, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.end(options.stdin ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** A folder that is gone after the test. */
export class TemporaryFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'sluice-cli-'));

  write(name: string, text: string): string {
    const path = join(this.path, name);
    writeFileSync(path, text);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The lines of JSON lines. */
export function jsonLines(text: string): unknown[] {
  return text.trimEnd().split('\n').map((line): unknown => JSON.parse(line));
}
