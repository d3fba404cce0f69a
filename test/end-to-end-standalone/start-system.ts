import { join } from 'node:path';

import type { TestProject } from 'vitest/node';
import * as z from 'zod';

import { guardedFolder } from './guarded.ts';
import { serve } from './sluice-process.ts';
import { StagedGateway } from './staged-gateway.ts';

/**
 * What the environment says of the system that the end-to-end suite is to test:
 *
 * - `SLUICE_TEST_URL` and `SLUICE_TEST_OPERATOR_KEY`: where a started system is, with its stage or other base path, and a key of role
 *   operator. Each test file makes tenants of its own there. Without them the standalone engine is started for the run.
 * - `SLUICE_TEST_STAGED`: puts a gateway before the standalone engine that has a base path and the stream elsewhere, and takes its time
 *   with each answer, as an API in a cloud does.
 * - `SLUICE_TEST_PATIENCE`: multiplies all time-outs of the suite (1).
 */
const settings = z.object({
  SLUICE_TEST_URL: z.url().transform((url) => url.replace(/\/+$/, '')).optional(),
  SLUICE_TEST_OPERATOR_KEY: z.string().min(1).optional(),
  SLUICE_TEST_STAGED: z.enum(['0', '1']).default('0').transform((text) => text === '1'),
  SLUICE_TEST_PATIENCE: z.coerce.number().min(1).max(100).default(1),
});

/** Tells the end-to-end suite which system it tests, and ends what was started for it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { SLUICE_TEST_URL: url, SLUICE_TEST_OPERATOR_KEY: operatorKey, SLUICE_TEST_STAGED: isStaged } = settings.parse(process.env);
  if (url !== undefined) {
    if (operatorKey === undefined) throw new Error('SLUICE_TEST_OPERATOR_KEY must be given with SLUICE_TEST_URL: each test file makes tenants of its own');
    project.provide('systemUnderTest', { url, operatorKey });
    return async () => {};
  }
  const { folder, remove } = await guardedFolder();
  const started = await serve(['--port', '0', '--data', join(folder, 'data')]).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const gateway = isStaged ? await StagedGateway.start(started.url) : undefined;
  project.provide('systemUnderTest', { url: gateway?.url ?? started.url, operatorKey: started.keys.operator ?? '' });
  return async () => {
    await gateway?.close();
    const code = await started.process.stop();
    await remove();
    const troubles = started.process.output.split('\n').filter((line) => line.startsWith('trouble'));
    if (code !== 0 || troubles.length > 0) throw new Error(`the system ended with ${code ?? 'a signal'}, and was in trouble: ${troubles.join('\n')}\n${started.process.output.slice(-4000)}`);
  };
}
