#!/usr/bin/env node
// Starts the command line on Node 24: in a clone straight from the TypeScript sources, in an installed package from the compiled files.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'cli', 'main.ts');
const compiled = join(root, 'dist', 'cli', 'main.js');
const fromSource = existsSync(source);
const newEnough = Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR;

if (newEnough && !fromSource) {
  await import(compiled);
} else {
  const node = newEnough ? process.execPath : bundledNode();
  const flags = fromSource ? ['--conditions=sluice-source', source] : [compiled];
  const child = spawn(node, [...flags, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`cannot start ${node}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal ? 128 : (code ?? 1)));
}

function bundledNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    return fail(`sluice needs Node ${NEEDED_MAJOR} or newer; this is ${process.version} and no ${name} package is installed. Install Node ${NEEDED_MAJOR}: https://nodejs.org`);
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(70);
}
