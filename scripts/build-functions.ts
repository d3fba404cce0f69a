import { gzipSync } from 'node:zlib';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';

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
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(bundledFunctions.map((name) => [name, join(root, 'functions', `${name}.ts`)])), outdir: output, write: false, splitting: true, chunkNames: 'part-[hash]',
    bundle: true, minify: true, sourcemap: true, sourcesContent: false, absWorkingDir: root, plugins: [builtins],
    platform: 'node', target: 'node24', format: 'esm', outExtension: { '.js': '.mjs' }, mainFields: ['module', 'main'], conditions: ['sluice-source', 'module'], banner: { js: banner }, legalComments: 'none', logLevel: 'warning',
  });
  const files: Files = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
  mkdirSync(output, { recursive: true });
  for (const folder of readdirSync(output)) if (!bundledFunctions.includes(folder)) rmSync(join(output, folder), { recursive: true });
  return bundledFunctions.map((name) => ({ name, ...writeFunction(files, name, join(output, name)) }));
}

/** What was built, by the names of the files. */
type Files = ReadonlyMap<string, Uint8Array>;

/** Puts into a function's folder its entry, as `index.mjs`, and the parts that this can ever load. They are built once, for all that have them. */
function writeFunction(files: Files, name: string, folder: string): Omit<BundleSize, 'name'> {
  const parts = reachable(files, `${name}.mjs`);
  const written = new Map([...parts].flatMap((part) => [part, `${part}.map`]).map((file) => [file.replace(`${name}.mjs`, 'index.mjs'), files.get(file) ?? new Uint8Array()]));
  written.set('index.mjs', new TextEncoder().encode(textOf(files, `${name}.mjs`).replace(`sourceMappingURL=${name}.mjs.map`, 'sourceMappingURL=index.mjs.map')));
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) if (!written.has(file)) rmSync(join(folder, file));
  for (const [file, contents] of written) {
    const path = join(folder, file);
    if (!existsSync(path) || !readFileSync(path).equals(contents)) writeFileSync(path, contents);
  }
  const sum = (sizes: readonly number[]) => sizes.reduce((all, one) => all + one, 0);
  return { bytes: sum([...written].flatMap(([file, contents]) => (file.endsWith('.mjs') ? [contents.byteLength] : []))), zippedBytes: sum([...written.values()].map((contents) => gzipSync(contents).byteLength)) };
}

/** A file and all that it imports, at once or later. */
function reachable(files: Files, file: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  seen.add(file);
  for (const [, next = ''] of textOf(files, file).matchAll(/"\.\/(part-[A-Z0-9]+\.mjs)"/g)) if (!seen.has(next)) reachable(files, next, seen);
  return seen;
}

function textOf(files: Files, file: string): string {
  return new TextDecoder().decode(files.get(file) ?? new Uint8Array());
}

if (import.meta.main) {
  for (const { name, bytes, zippedBytes } of await buildFunctions(process.argv[2] ?? join(root, 'dist', 'lambda'))) {
    process.stdout.write(`${name.padEnd(24)} ${String(Math.round(bytes / 1024)).padStart(6)} KiB, ${String(Math.round(zippedBytes / 1024)).padStart(5)} KiB zipped\n`);
  }
}
