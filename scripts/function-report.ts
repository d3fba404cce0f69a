import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { firstKeysEnvironment, functionEnvironment, throttleEnvironment } from '#contracts/function-environment';

import { buildFunctions } from './build-functions.ts';
import type { BundleSize } from './build-functions.ts';

const root = dirname(import.meta.dirname);

/** How often each function is started; the median of an odd number is one of them. */
const STARTS = 9;

/** An environment as a deployed function has it, but for what it names: nothing is called by importing. */
const arn = 'arn:aws:states:eu-central-1:000000000000:x';
const environment = {
  SLUICE_VERSION: '0', SLUICE_EVENTS_TABLE: 'events', SLUICE_STATE_TABLE: 'state', SLUICE_BUS: 'sluice', SLUICE_BLOBS_BUCKET: 'blobs', SLUICE_MASTER_KEY_PARAMETER: '/sluice/master-key', SLUICE_MACHINE_ARN_PREFIX: arn,
  SLUICE_TIMERS_QUEUE_URL: 'https://sqs.invalid/timers', SLUICE_TIMERS_QUEUE_ARN: arn, SLUICE_SCHEDULE_GROUP: 'sluice', SLUICE_SCHEDULER_ROLE_ARN: arn, SLUICE_STREAM_URL: 'wss://stream.invalid',
  SLUICE_CONNECTIONS_ENDPOINT: 'https://stream.invalid', SLUICE_OPERATOR_KEY_PARAMETER: '/sluice/operator-key', SLUICE_USAGE_KEY_PREFIX: 'sluice', SLUICE_USAGE_PLAN: 'plan',
  POWERTOOLS_SERVICE_NAME: 'report', POWERTOOLS_TRACE_ENABLED: 'false', POWERTOOLS_METRICS_NAMESPACE: 'sluice', AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', PATH: process.env['PATH'] ?? '',
};

/** Milliseconds that importing a function takes in a new process, the median of some: by the clock, and of the processor. Tracing is on, as it is on AWS. */
function coldImport(folder: string): { readonly elapsed: number; readonly processor: number } {
  const program = `const cpu = process.cpuUsage(), begin = performance.now(); await import(${JSON.stringify(join(folder, 'index.mjs'))}); const used = process.cpuUsage(cpu); console.log(JSON.stringify([performance.now() - begin, (used.user + used.system) / 1000]));`;
  const runs = Array.from({ length: STARTS }, (): readonly [number, number] => JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8', env: environment })));
  const median = (values: readonly number[]) => Math.round(values.toSorted((one, other) => one - other)[(STARTS - 1) / 2] ?? Number.NaN);
  return { elapsed: median(runs.map(([elapsed]) => elapsed)), processor: median(runs.map(([, processor]) => processor)) };
}

function row({ name, bytes, zippedBytes }: BundleSize, folder: string): string {
  const { elapsed, processor } = coldImport(join(folder, name));
  const kibibytes = (count: number) => `${Math.round(count / 1024)}`;
  return `| \`${name}\` | ${kibibytes(bytes)} | ${kibibytes(zippedBytes)} | ${elapsed} | ${processor} |`;
}

/** Writes `docs/functions.md`: how large each function is and how long its import takes. The figures of time are of the machine that it runs on, not of AWS. */
async function report(): Promise<void> {
  for (const schema of [functionEnvironment, firstKeysEnvironment, throttleEnvironment]) schema.parse(environment);
  const folder = join(root, 'dist', 'lambda');
  const sizes = await buildFunctions(folder);
  const page = `# The functions: size and cold import

Made by \`npm run report:functions\`, with Node ${process.versions.node} on ${process.arch}. A function may have 1024 KiB zipped, with its source maps, and its import should take
150 ms or less on a quiet machine; a test holds it to the first. Times are medians of ${STARTS} new processes on the machine that made this page, by the
clock and of the processor, with tracing off, as it is unless it is asked for: they compare functions, and say nothing of AWS. What a function seldom uses is a file of its
own beside the entry, and counts in its size, but is loaded at its first use.

| Function | KiB | KiB zipped | Import, ms | of the processor, ms |
|---|---|---|---|---|
${sizes.map((size) => row(size, folder)).join('\n')}
`;
  mkdirSync(join(root, 'docs'), { recursive: true });
  writeFileSync(join(root, 'docs', 'functions.md'), page);
}

await report();
