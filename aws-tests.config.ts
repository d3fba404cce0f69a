import { defineConfig } from 'vitest/config';

import { common, patient } from './test/configuration.ts';

/** How much slower than the standalone engine an emulator is that runs each function as a process. Time-outs alone depend on it. */
const patience = process.env.SLUICE_TEST_PATIENCE ?? '4';

/** What is deployed for all tests of a whole system, and how long they may take. */
const ofSystem = { globalSetup: ['test/end-to-end-aws/start-system.ts'], ...patient(Number(patience)), env: { SLUICE_TEST_PATIENCE: patience } };

const LIFE_CYCLE = 'test/end-to-end-aws/life-cycle.test.ts';

/** The tests that need an AWS to talk to. `npm run test:aws` starts an emulator, and Amazon's own DynamoDB Local, and names them in the environment. */
export default defineConfig({
  ...common,
  test: {
    ...common.test,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'aws-contracts', include: ['test/aws/**/*.test.ts'], globalSetup: ['test/end-to-end-aws/require-bed.ts'] } },
      // Each test waits most of the time, and each call keeps the emulator busy: more at once makes all of them slower and none sooner done.
      {
        extends: true,
        test: {
          name: 'aws-end-to-end', include: ['test/end-to-end/**/*.test.ts', 'test/end-to-end-aws/**/*.test.ts'], exclude: [LIFE_CYCLE], ...ofSystem,
          maxWorkers: 3, maxConcurrency: 4, sequence: { groupOrder: 1 },
        },
      },
      // Takes the system away in the end, so it is last.
      { extends: true, test: { name: 'aws-life-cycle', include: [LIFE_CYCLE], ...ofSystem, sequence: { groupOrder: 2 } } },
    ],
  },
});
