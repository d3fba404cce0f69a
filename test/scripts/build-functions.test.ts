import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { functionEnvironments } from '#contracts/function-environment';
import { bundledFunctions } from '#contracts/function-table';

import { buildFunctions } from '../../scripts/build-functions.ts';
import type { BundleSize } from '../../scripts/build-functions.ts';
import { environmentOfAll } from '../../scripts/function-report.ts';
import { readProjectFile } from '../architecture/project.ts';

/** What each function may have, zipped with its source maps. */
const LARGEST_BYTES = 1024 * 1024;

const folder = mkdtempSync(join(tmpdir(), 'sluice-functions-'));
let sizes: readonly BundleSize[];
beforeAll(async () => { sizes = await buildFunctions(folder); }, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

const entryOf = (name: string) => readFileSync(join(folder, name, 'index.mjs'), 'utf8');
/** The files that are loaded when a function is: its entry, and what this imports at once. */
function loaded(name: string, file = 'index.mjs', seen = new Set<string>()): ReadonlySet<string> {
  seen.add(file);
  for (const [, next = ''] of readFileSync(join(folder, name, file), 'utf8').matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) if (!seen.has(next)) loaded(name, next, seen);
  return seen;
}

describe('the functions\' bundles', () => {
  it('are there for every function, each with its handler', () => {
    expect(readdirSync(folder).toSorted()).toEqual(bundledFunctions.toSorted());
    for (const name of bundledFunctions) expect(entryOf(name)).toMatch(/export\{[^}]*\bas handler\b/);
  });

  it('are small enough', () => {
    for (const { name, zippedBytes } of sizes) expect(`${name} ${zippedBytes <= LARGEST_BYTES ? 'fits' : zippedBytes}`).toBe(`${name} fits`);
  });

  it('load no client but DynamoDB\'s at once, and no tracing where it is off', () => {
    for (const name of ['api', 'relay', 'projector', 'next-step']) {
      const text = [...loaded(name)].map((file) => readFileSync(join(folder, name, file), 'utf8')).join('');
      expect(text).toContain('DynamoDB_20120810');
      for (const other of ['AWSStepFunctions', 'AmazonSSM', 'x-amz-checksum-crc32', 'AmazonSQS', 'AWSXRay', 'aws-xray-sdk-core']) expect(text.includes(other) ? `${name} loads ${other}` : '').toBe('');
    }
  });

  it('take modules of Node as they are: an ES import of node:http loads all of fetch', () => {
    for (const name of bundledFunctions) for (const file of loaded(name)) expect(readFileSync(join(folder, name, file), 'utf8')).not.toMatch(/from\s*"node:(?!module")/);
  });

  it('are the same when they are built again', async () => {
    const before = readdirSync(join(folder, 'relay')).toSorted();
    await buildFunctions(folder);
    expect(readdirSync(join(folder, 'relay')).toSorted()).toEqual(before);
  }, 300_000);
});

describe('the report on functions', () => {
  it('starts each in an environment that every schema takes', () => {
    for (const schema of functionEnvironments) expect(schema.safeParse(environmentOfAll).error).toBeUndefined();
    for (const name of ['api', 'first-keys', 'throttle-tenant', 'tenant-resource']) {
      const program = `const { handler } = await import(${JSON.stringify(join(folder, name, 'index.mjs'))}); console.log(typeof handler);`;
      expect(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8', env: environmentOfAll })).toBe('function\n');
    }
  }, 60_000);

  it('stands in docs/functions.md with the sizes of today, within a tenth; `npm run report:functions -- --sizes` writes them anew', () => {
    const written = new Map([...readProjectFile('docs/functions.md').matchAll(/^\| `([a-z-]+)` \| \d+ \| (\d+) \|/gm)].map(([, name = '', kibibytes]) => [name, Number(kibibytes)]));
    expect([...written.keys()].toSorted()).toEqual(bundledFunctions.toSorted());
    for (const { name, zippedBytes } of sizes) expect(Math.abs((written.get(name) ?? 0) - zippedBytes / 1024) / (zippedBytes / 1024), name).toBeLessThan(0.1);
  });
});
