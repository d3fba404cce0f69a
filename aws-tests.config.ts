import { defineConfig } from 'vitest/config';

/** Where a machine-readable report goes as well, if anywhere: `.ci/run` counts by it. */
const report = process.env.SLUICE_TEST_REPORT;

/** The tests that need an AWS to talk to: `npm run test:aws` starts an emulator, and Amazon's own DynamoDB Local, and names them in the environment. */
export default defineConfig({
  resolve: { conditions: ['sluice-source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['sluice-source', 'node', 'import', 'default'] } },
  test: {
    include: ['test/aws/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    execArgv: ['--conditions=sluice-source'],
  },
});
