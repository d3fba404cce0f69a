import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The file of the command line, run as `bin/sluice.mjs` runs it. */
export const commandLine = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');

let guard: NodeJS.WritableStream | undefined;

/** Has something ended or removed when this process is gone, however that comes. */
export function guarded(what: `process ${number}` | `ended ${number}` | `agent ${string}` | `folder ${string}`): void {
  guard ??= startGuard();
  guard.write(`${what}\n`);
}

/** A new folder, and how to remove it; it goes with this process at the latest. */
export async function guardedFolder(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-standalone-'));
  guarded(`folder ${folder}`);
  return { folder, remove: async () => await rm(folder, { recursive: true, force: true }) };
}

/** In a process group of its own, so that an interrupt from the keyboard does not end the guard with those it guards against. */
function startGuard(): NodeJS.WritableStream {
  const child = spawn(process.execPath, ['--conditions=sluice-source', join(import.meta.dirname, 'guard.ts'), commandLine], { stdio: ['pipe', 'ignore', 'inherit'], detached: true });
  child.unref();
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  return child.stdin;
}
