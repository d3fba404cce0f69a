import { gzipSync } from 'node:zlib';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';

import { build } from 'esbuild';
import type { Plugin } from 'esbuild';

import { bundledFunctions } from '#contracts/function-table';

const root = dirname(import.meta.dirname);

/** Packages of CommonJS ask for `require`, which ES modules do not have. */
const banner = 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/**
 * Takes modules of Node as they are. An ES import of one reads all that it exports, and that of `node:http` loads the whole of `fetch` with it, which
 * is a fifth of a cold start.
 */
const builtins: Plugin = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z]/ }, ({ path }) => (isBuiltin(path) ? { path, namespace: 'builtin' } : undefined));
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`, loader: 'js' }));
  },
};

/** The size of a bundle; zipped, with its source map, is what Lambda unpacks at a cold start. */
export type BundleSize = { readonly name: string; readonly bytes: number; readonly zippedBytes: number };

/**
 * Bundles each function of the tables alone: ES modules, minified, with source maps. `output` gets a folder per function, which is what its Lambda
 * function holds. What is there already and the same stays untouched, so that whoever reads the folder meanwhile finds whole files.
 */
export async function buildFunctions(output: string): Promise<readonly BundleSize[]> {
  mkdirSync(output, { recursive: true });
  for (const folder of readdirSync(output)) if (!bundledFunctions.includes(folder)) rmSync(join(output, folder), { recursive: true });
  const sizes: BundleSize[] = [];
  for (const name of bundledFunctions) sizes.push(await buildFunction(name, join(output, name)));
  return sizes;
}

/** What is loaded at a first use only is a file of its own beside the entry: it is not even read before. */
async function buildFunction(name: string, folder: string): Promise<BundleSize> {
  const { outputFiles } = await build({
    entryPoints: { index: join(root, 'functions', `${name}.ts`) }, outdir: folder, write: false, splitting: true, chunkNames: '[name]-[hash]',
    bundle: true, minify: true, sourcemap: true, sourcesContent: false, absWorkingDir: root, plugins: [builtins],
    platform: 'node', target: 'node24', format: 'esm', outExtension: { '.js': '.mjs' }, mainFields: ['module', 'main'], conditions: ['sluice-source', 'module'], banner: { js: banner }, legalComments: 'none', logLevel: 'warning',
  });
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) if (!outputFiles.some(({ path }) => path === join(folder, file))) rmSync(join(folder, file));
  for (const { path, contents } of outputFiles) {
    if (!existsSync(path) || !readFileSync(path).equals(contents)) writeFileSync(path, contents);
  }
  const bytes = outputFiles.filter(({ path }) => path.endsWith('.mjs')).reduce((sum, { contents }) => sum + contents.byteLength, 0);
  return { name, bytes, zippedBytes: outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).byteLength, 0) };
}

if (import.meta.main) {
  for (const { name, bytes, zippedBytes } of await buildFunctions(process.argv[2] ?? join(root, 'dist', 'lambda'))) {
    process.stdout.write(`${name.padEnd(24)} ${String(Math.round(bytes / 1024)).padStart(6)} KiB, ${String(Math.round(zippedBytes / 1024)).padStart(5)} KiB zipped\n`);
  }
}
