import { gzipSync } from 'node:zlib';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { build } from 'esbuild';

import { functionTable } from '#contracts/function-table';

const root = dirname(import.meta.dirname);

/** Where the bundles go: a folder per function, which is what its Lambda function holds. */
const output = join(root, 'dist', 'lambda');

/** Packages of CommonJS ask for `require`, which ES modules do not have. */
const banner = 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/** Bundles each function alone: ES module, minified, with a source map. Prints the size of each. */
async function buildFunctions(): Promise<void> {
  rmSync(output, { recursive: true, force: true });
  for (const name of Object.keys(functionTable)) {
    const folder = join(output, name);
    mkdirSync(folder, { recursive: true });
    await build({
      entryPoints: [join(root, 'functions', `${name}.ts`)], outfile: join(folder, 'index.mjs'), bundle: true, minify: true, keepNames: true, sourcemap: true, sourcesContent: false,
      platform: 'node', target: 'node24', format: 'esm', mainFields: ['module', 'main'], conditions: ['sluice-source'], banner: { js: banner }, legalComments: 'none', logLevel: 'warning',
    });
    const bytes = statSync(join(folder, 'index.mjs')).size;
    const zipped = gzipSync(readFileSync(join(folder, 'index.mjs'))).byteLength + gzipSync(readFileSync(join(folder, 'index.mjs.map'))).byteLength;
    process.stdout.write(`${name.padEnd(24)} ${String(Math.round(bytes / 1024)).padStart(6)} KiB, ${String(Math.round(zipped / 1024)).padStart(5)} KiB zipped\n`);
  }
  writeFileSync(join(output, 'package.json'), '{ "type": "module" }\n');
}

await buildFunctions();
