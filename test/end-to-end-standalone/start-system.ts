import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

import { guardedFolder } from './guarded.ts';
import { serve } from './sluice-process.ts';

/**
 * Tells the end-to-end suite which system it tests: the one whose address and keys the environment names, else the standalone engine,
 * started for this run as users start it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { SLUICE_E2E_URL: url, SLUICE_E2E_OPERATOR_KEY: operatorKey, SLUICE_E2E_ADMIN_KEY: adminKey } = process.env;
  if (url !== undefined) {
    if (operatorKey === undefined || adminKey === undefined) throw new Error('SLUICE_E2E_OPERATOR_KEY and SLUICE_E2E_ADMIN_KEY must be given with SLUICE_E2E_URL: each test file makes a tenant of its own');
    project.provide('systemUnderTest', { url, operatorKey, adminKey });
    return async () => {};
  }
  const { folder, remove } = await guardedFolder();
  const started = await serve(['--port', '0', '--data', join(folder, 'data')]).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  project.provide('systemUnderTest', { url: started.url, operatorKey: started.keys.operator ?? '', adminKey: started.keys.admin ?? '' });
  return async () => {
    const code = await started.process.stop();
    await remove();
    const troubles = started.process.output.split('\n').filter((line) => line.startsWith('trouble'));
    if (code !== 0 || troubles.length > 0) throw new Error(`the system ended with ${code ?? 'a signal'}, and was in trouble: ${troubles.join('\n')}\n${started.process.output.slice(-4000)}`);
  };
}
