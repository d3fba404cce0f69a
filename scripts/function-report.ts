import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type * as z from 'zod';

import { functionEnvironments } from '#contracts/function-environment';

import { buildFunctions } from './build-functions.ts';

const root = dirname(import.meta.dirname);

/** How often each function is started; the median of an odd number is one of them. */
const STARTS = 9;

/** What a field of an environment may hold, as the address that the SDK finds, an ARN, or a name: the first that its schema takes. Nothing is called by importing. */
const SAMPLES = ['https://service.invalid', 'arn:aws:states:eu-central-1:000000000000:x', 'INFO'] as const;

/** An environment with every variable that a schema of ours has, so that each function can be started; and what a deployed one has from its construct and from Lambda. */
export const environmentOfAll: { readonly [variable: string]: string } = {
  ...Object.fromEntries(functionEnvironments.flatMap(({ shape }) => Object.entries<z.ZodType>(shape)).map(([variable, field]) => [variable, SAMPLES.find((sample) => field.safeParse(sample).success) ?? ''])),
  AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', PATH: process.env['PATH'] ?? '',
  POWERTOOLS_SERVICE_NAME: 'report', POWERTOOLS_TRACE_ENABLED: 'false', POWERTOOLS_METRICS_NAMESPACE: 'sluice',
};

/** Milliseconds that importing a function takes in a new process, the median of some: by the clock, and of the processor. Tracing is off, as it is on AWS unless it is asked for. */
function coldImport(folder: string): { readonly elapsed: number; readonly processor: number } {
  const program = `const cpu = process.cpuUsage(), begin = performance.now(); await import(${JSON.stringify(join(folder, 'index.mjs'))}); const used = process.cpuUsage(cpu); console.log(JSON.stringify([performance.now() - begin, (used.user + used.system) / 1000]));`;
  const runs = Array.from({ length: STARTS }, (): readonly [number, number] => JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8', env: environmentOfAll })));
  const median = (values: readonly number[]) => Math.round(values.toSorted((one, other) => one - other)[(STARTS - 1) / 2] ?? Number.NaN);
  return { elapsed: median(runs.map(([elapsed]) => elapsed)), processor: median(runs.map(([, processor]) => processor)) };
}

/** Times of imports, as the page has them: when they were measured, with which Node on what, and by function. */
type Times = { readonly measured: string; readonly of: (name: string) => string };

function timesNow(folder: string): Times {
  return {
    measured: `on ${new Date().toISOString().slice(0, 'yyyy-mm-dd'.length)}, with Node ${process.versions.node} on ${process.arch}`,
    of: (name) => {
      const { elapsed, processor } = coldImport(join(folder, name));
      return `${elapsed} | ${processor}`;
    },
  };
}

/** Those of the page that is there. A function that was not measured then has none. */
function timesBefore(page: string): Times {
  const measured = /measured (on [^:]+):/.exec(page)?.[1];
  if (measured === undefined) throw new Error('docs/functions.md has no times that could be kept');
  return { measured, of: (name) => new RegExp(`^\\| \`${name}\` \\| \\d+ \\| \\d+ \\| (\\d+ \\| \\d+) \\|$`, 'm').exec(page)?.[1] ?? '– | –' };
}

/** Writes `docs/functions.md`: how large each function is and how long its import takes. The figures of time are of the machine that it runs on, not of AWS. */
async function report({ sizesOnly }: { readonly sizesOnly: boolean }): Promise<void> {
  const path = join(root, 'docs', 'functions.md');
  const folder = join(root, 'dist', 'lambda');
  const sizes = await buildFunctions(folder);
  const times = sizesOnly ? timesBefore(readFileSync(path, 'utf8')) : timesNow(folder);
  const kibibytes = (count: number) => `${Math.round(count / 1024)}`;
  writeFileSync(path, `# The functions: size and cold import

Made by \`npm run report:functions\`. A function may have 1024 KiB zipped, with its source maps, and its import should take
150 ms or less on a quiet machine; a test holds it to the first. Times were measured ${times.measured}: medians of ${STARTS} new processes on one machine, by the
clock and of the processor, with tracing off, as it is unless it is asked for. They compare functions, and say nothing of AWS. What a function seldom uses is a file of its
own beside the entry, and counts in its size, but is loaded at its first use. \`npm run report:functions -- --sizes\` writes the sizes anew and keeps the times: on a busy machine these mean nothing.

| Function | KiB | KiB zipped | Import, ms | of the processor, ms |
|---|---|---|---|---|
${sizes.map(({ name, bytes, zippedBytes }) => `| \`${name}\` | ${kibibytes(bytes)} | ${kibibytes(zippedBytes)} | ${times.of(name)} |`).join('\n')}
`);
}

if (import.meta.main) await report({ sizesOnly: process.argv.includes('--sizes') });
