import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

import { deploy } from './deploy.ts';
import { bedUrl } from './require-bed.ts';

/**
 * Deploys to the emulator that the environment names, and tells the end-to-end suite where. `SLUICE_TEST_URL` and `SLUICE_TEST_OPERATOR_KEY` name
 * what stands there already, so that tests can be run again without another deployment; a second project of the same run finds it in the same way.
 */
export default async function setup(project: TestProject): Promise<void> {
  const emulator = bedUrl();
  const { SLUICE_TEST_URL: url, SLUICE_TEST_OPERATOR_KEY: operatorKey } = process.env;
  if (url !== undefined && operatorKey !== undefined) {
    project.provide('systemUnderTest', { url, operatorKey });
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'sluice-aws-'));
  try {
    const system = await deploy(emulator, folder);
    project.provide('systemUnderTest', system);
    Object.assign(process.env, { SLUICE_TEST_URL: system.url, SLUICE_TEST_OPERATOR_KEY: system.operatorKey });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
