import { defineConfig } from 'vitest/config';

/** Where a machine-readable report goes as well, if anywhere: `.ci/run` counts by it. */
const report = process.env.SLUICE_TEST_REPORT;

export default defineConfig({
  resolve: { conditions: ['sluice-source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['sluice-source', 'node', 'import', 'default'] } },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    execArgv: ['--conditions=sluice-source'],
  },
});
