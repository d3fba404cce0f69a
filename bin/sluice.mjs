#!/usr/bin/env node
// Starts the command line on a Node that is new enough: in a clone straight from the TypeScript sources, in an installed package from
// the compiled files.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import needed from './needed-node.cjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'cli', 'main.ts');
const compiled = join(root, 'dist', 'cli', 'main.js');
const fromSource = existsSync(source);

if (needed.isNewEnough && !fromSource) {
  await import(pathToFileURL(compiled).href);
} else {
  const node = needed.isNewEnough ? process.execPath : needed.bundledNode();
  if (node === null) fail(needed.complaint);
  else run(node, fromSource ? ['--conditions=sluice-source', source] : [compiled]);
}

/** Becomes that process where the system and this Node can (POSIX, 22.15), so that signals reach it once; else starts it as a child. */
function run(node, flags) {
  const words = [...flags, ...process.argv.slice(2)];
  if (process.platform !== 'win32' && process.execve !== undefined) process.execve(node, [node, ...words]);
  // The channel tells the child when this process is gone, also by SIGKILL: what was meant for it was meant for both.
  const child = spawn(node, words, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: { ...process.env, SLUICE_LAUNCHED: '1' } });
  // A terminal sends Ctrl-C to the child as well; passing it on would be a second one.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`cannot start ${node}: ${error.message}\n`));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}

function fail(message) {
  process.stderr.write(message);
  process.exit(needed.COMPLAINT_EXIT_CODE);
}
