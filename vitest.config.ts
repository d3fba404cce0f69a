import { defineConfig } from 'vitest/config';

/** Where a machine-readable report goes as well, if anywhere: `.ci/run` counts by it. */
const report = process.env.SLUICE_TEST_REPORT;

/** By how much slower than on this machine the system under test may be. */
const patience = Number(process.env.SLUICE_TEST_PATIENCE ?? 1);

/** End-to-end tests wait for processes and clocks most of the time, so more of them than processors run at once, and each has longer. */
const patient = { testTimeout: 300_000 * patience, hookTimeout: 120_000 * patience, maxWorkers: 4, sequence: { groupOrder: 1 } } as const;

export default defineConfig({
  resolve: { conditions: ['sluice-source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['sluice-source', 'node', 'import', 'default'] } },
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    execArgv: ['--conditions=sluice-source'],
    projects: [
      { extends: true, test: { name: 'parts', include: ['test/**/*.test.ts'], exclude: ['test/aws/**', 'test/cdk/**', 'test/end-to-end/**', 'test/end-to-end-aws/**', 'test/end-to-end-standalone/**'] } },
      // The app is synthesized with real bundles, which are made once for all of its tests.
      { extends: true, test: { name: 'cdk', include: ['test/cdk/**/*.test.ts'], globalSetup: ['test/cdk/build-bundles.ts'], testTimeout: 120_000 * patience, hookTimeout: 120_000 * patience } },
      { extends: true, test: { name: 'end-to-end', include: ['test/end-to-end/**/*.test.ts'], globalSetup: ['test/end-to-end-standalone/start-system.ts'], maxConcurrency: 12, ...patient } },
      { extends: true, test: { name: 'standalone', include: ['test/end-to-end-standalone/**/*.test.ts'], maxConcurrency: 4, ...patient } },
    ],
  },
});
