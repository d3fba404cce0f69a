import { defineConfig } from 'vitest/config';

import { common, patient } from './test/configuration.ts';

/** By how much slower than on this machine the system under test may be. */
const patience = Number(process.env.SLUICE_TEST_PATIENCE ?? 1);

/** End-to-end tests wait for processes and clocks most of the time, so more of them than processors run at once, and each has longer. */
const endToEnd = { ...patient(patience), maxWorkers: 4, sequence: { groupOrder: 1 } } as const;

export default defineConfig({
  ...common,
  test: {
    ...common.test,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'parts', include: ['test/**/*.test.ts'], exclude: ['test/aws/**', 'test/cdk/**', 'test/end-to-end/**', 'test/end-to-end-aws/**', 'test/end-to-end-standalone/**', 'test/simulation/**', 'test/faults/**'] } },
      // The app is synthesized with real bundles, which are made once for all of its tests.
      { extends: true, test: { name: 'cdk', include: ['test/cdk/**/*.test.ts'], globalSetup: ['test/cdk/build-bundles.ts'], testTimeout: 120_000 * patience, hookTimeout: 120_000 * patience } },
      { extends: true, test: { name: 'end-to-end', include: ['test/end-to-end/**/*.test.ts'], globalSetup: ['test/end-to-end-standalone/start-system.ts'], maxConcurrency: 12, ...endToEnd } },
      { extends: true, test: { name: 'standalone', include: ['test/end-to-end-standalone/**/*.test.ts', 'test/faults/**/*.test.ts'], maxConcurrency: 4, ...endToEnd } },
      // It takes all processors for itself, and is alone with them.
      { extends: true, test: { name: 'simulation', include: ['test/simulation/**/*.test.ts'], sequence: { groupOrder: 2 }, maxWorkers: 1 } },
    ],
  },
});
