import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { packageJson, root } from '../architecture/project.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-node-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a script on this Node, which is told to call itself another. */
function runAs(version: string, script: string) {
  const disguise = join(folder, 'disguise.cjs');
  writeFileSync(disguise, `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });\nObject.defineProperty(process, 'version', { value: 'v${version}' });\n`);
  const { status, stderr } = spawnSync(process.execPath, ['--require', disguise, script], { cwd: root, encoding: 'utf8' });
  return { status, stderr };
}

describe('a script on a Node that is too old', () => {
  it('ends with a sentence that names both versions and says what to do', () => {
    const { status, stderr } = runAs('20.11.1', 'scripts/require-node.cjs');
    expect(status).toBe(70);
    expect(stderr).toMatch(/^sluice needs Node 24 or newer; this is v20\.11\.1\. Install Node 24 \(https:\/\/nodejs\.org\), or let npm install the package node-\w+-\w+, .*\n$/);
  });

  it('goes on where Node is new enough', () => {
    expect(runAs('24.0.0', 'scripts/require-node.cjs')).toEqual({ status: 0, stderr: '' });
    expect(runAs('26.1.0', 'scripts/require-node.cjs')).toEqual({ status: 0, stderr: '' });
  });
});

describe('an npm script that runs TypeScript', () => {
  it.each(Object.entries(packageJson.scripts).filter(([, command]) => /--conditions=sluice-source|vitest/.test(command)))('asks for the right Node first: %s', (_, command) => {
    expect(command).toMatch(/^node scripts\/require-node\.cjs && /);
  });
});
