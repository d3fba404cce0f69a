import type { ViteUserConfig } from 'vitest/config';

/** Where a machine-readable report goes as well, if anywhere: `.ci/run` and `npm run test:aws` count by it. */
const report = process.env.SLUICE_TEST_REPORT;

/** How packages and our own subpaths are found: as sources. */
const resolve = { conditions: ['sluice-source', 'node', 'import', 'default'] };

/** What every configuration of tests has in common, beside its time-outs and projects. */
export const common = {
  resolve,
  ssr: { resolve },
  test: {
    pool: 'forks',
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    execArgv: ['--conditions=sluice-source'],
  },
} satisfies ViteUserConfig;

/** The time-outs of end-to-end tests, in milliseconds: `patience` is how much slower than the standalone engine on this machine the system under test may be. */
export function patient(patience: number) {
  return { testTimeout: 300_000 * patience, hookTimeout: 120_000 * patience } as const;
}
