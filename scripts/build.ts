import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import * as z from 'zod';

const root = dirname(import.meta.dirname);
const output = join(root, 'dist');
const configuration = join(root, 'tsconfig.build.json');

/** The constructs of `sluice/cdk` are compiled as `cdk/tsconfig.json` checks them. */
const configurationOfConstructs = join(root, 'cdk', 'tsconfig.build.json');

/**
 * Compiles the sources into `dist`, which is all that a published package runs: Node strips no types below `node_modules`.
 * What is not TypeScript, yet lies beside it (pages, tables), is copied to the same place.
 */
function build(): void {
  clear();
  for (const one of [configuration, configurationOfConstructs]) compile(one);
  for (const asset of assets()) cpSync(join(root, asset), join(output, asset));
}

function compile(project: string): void {
  const compiler = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '--project', project], { stdio: 'inherit' });
  if (status === 0) return;
  clear();
  process.stderr.write('nothing was built: the sources do not compile\n');
  process.exit(1);
}

/** The functions' bundles are made by another script, and somebody may be deploying them meanwhile. */
function clear(): void {
  for (const one of existsSync(output) ? readdirSync(output) : []) if (one !== 'lambda') rmSync(join(output, one), { recursive: true });
}

/** Paths relative to the root. JSON is left to the compiler, which copies what is imported. */
function assets(): readonly string[] {
  const { include } = z.object({ include: z.array(z.string()) }).parse(JSON.parse(readFileSync(configuration, 'utf8')));
  const files = globSync(include.map((folder) => `${folder}/**/*.*`), { cwd: root });
  return files.filter((file) => !/\.(ts|json|md)$/.test(file));
}

build();
