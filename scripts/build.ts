import { spawnSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import * as z from 'zod';

const root = dirname(import.meta.dirname);
const output = join(root, 'dist');
const configuration = join(root, 'tsconfig.build.json');

/**
 * Compiles the sources into `dist`, which is all that a published package runs: Node strips no types below `node_modules`.
 * What is not TypeScript, yet lies beside it (pages, tables), is copied to the same place.
 */
function build(): void {
  rmSync(output, { recursive: true, force: true });
  compile();
  for (const asset of assets()) cpSync(join(root, asset), join(output, asset));
}

function compile(): void {
  const compiler = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '--project', configuration], { stdio: 'inherit' });
  if (status === 0) return;
  rmSync(output, { recursive: true, force: true });
  process.stderr.write('nothing was built: the sources do not compile\n');
  process.exit(1);
}

/** Paths relative to the root. JSON is left to the compiler, which copies what is imported. */
function assets(): readonly string[] {
  const { include } = z.object({ include: z.array(z.string()) }).parse(JSON.parse(readFileSync(configuration, 'utf8')));
  const files = globSync(include.map((folder) => `${folder}/**/*.*`), { cwd: root });
  return files.filter((file) => !/\.(ts|json|md)$/.test(file));
}

build();
