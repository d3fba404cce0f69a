import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { root } from '../architecture/project.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-test-aws-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const reportFile = join(folder, 'report.json');

/** Runs it with nothing on the path: no Python, no Java, no Maven. */
function runWithoutBeds(words: readonly string[], environment: { readonly [variable: string]: string } = {}) {
  const { status, stdout } = spawnSync(process.execPath, ['--conditions=sluice-source', join(root, 'scripts', 'test-aws.ts'), ...words], { encoding: 'utf8', env: { PATH: folder, SLUICE_TEST_REPORT: reportFile, ...environment } });
  return { status, stdout };
}

describe('the tests on AWS, where nothing is installed that they need', () => {
  it('are left out, each with what it needs', () => {
    const { status, stdout } = runWithoutBeds([]);
    expect(status).toBe(0);
    for (const part of ['contracts', 'engine', 'iam']) expect(stdout).toMatch(new RegExp(`^${part} +left out: needs Python 3.10 or later$`, 'm'));
    expect(stdout).toMatch(/^tables +left out: needs Python 3\.10 or later and a Java 17 development kit or later and Maven$/m);
  });

  it('fail in CI, and are counted', () => {
    const { status, stdout } = runWithoutBeds(['contracts', 'engine'], { CI: 'true' });
    expect([status, stdout]).toEqual([1, expect.stringMatching(/^engine +0 passed, 1 failed/m)]);
    expect(JSON.parse(readFileSync(reportFile, 'utf8'))).toEqual({ numPassedTests: 0, numFailedTests: 2, numTotalTests: 2 });
  });

  it('have parts, and know no others', () => {
    expect(runWithoutBeds(['everything'])).toMatchObject({ status: 2, stdout: expect.stringContaining('there is no part everything') });
  });
});
