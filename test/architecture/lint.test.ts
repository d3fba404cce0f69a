import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as z from 'zod';
import { afterAll, describe, expect, it } from 'vitest';

import { root } from './project.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-lint-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the linter, as it is set up here, refuses', () => {
  it.each([
    ['any', 'no-explicit-any', 'export const x: any = 1;\n'],
    ['the non-null assertion', 'no-non-null-assertion', 'export const x = (y: { z?: string }) => y.z!;\n'],
    ['a test that runs alone', 'no-focused-tests', `import { expect, it } from 'vitest';\nit.${'only'}('x', () => { expect(1).toBe(1); });\n`],
    ['a test that is skipped', 'no-disabled-tests', `import { expect, it } from 'vitest';\nit.${'skip'}('x', () => { expect(1).toBe(1); });\n`],
    ['a test that expects nothing', 'expect-expect', "import { it } from 'vitest';\nit('x', () => {});\n"],
    ['a file of 301 lines', 'max-lines', `${Array.from({ length: 301 }, (_, index) => `export const x${index} = ${index};`).join('\n')}\n`],
  ])('%s', (_, rule, text) => {
    expect(rulesBrokenBy(text)).toEqual([expect.stringContaining(`(${rule})`)]);
  });

  it('nothing in a file that is as it should be', () => {
    expect(rulesBrokenBy(`${Array.from({ length: 300 }, (_, index) => `export const x${index} = ${index};`).join('\n')}\n`)).toEqual([]);
  });
});

function rulesBrokenBy(text: string): readonly string[] {
  writeFileSync(join(folder, 'probe.test.ts'), text);
  const { stdout } = spawnSync(join(root, 'node_modules', '.bin', 'oxlint'), ['--config', join(root, '.oxlintrc.json'), '--format', 'json', folder], { encoding: 'utf8', shell: process.platform === 'win32' });
  return z.object({ diagnostics: z.array(z.object({ code: z.string() })) }).parse(JSON.parse(stdout)).diagnostics.map((one) => one.code);
}
