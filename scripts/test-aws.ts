import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import * as z from 'zod';

import { missingFor } from './test-beds.ts';
import type { Bed } from './test-beds.ts';

const root = dirname(import.meta.dirname);

/** A part: what it tests, the bed that it stands on, how that is started, and the projects of aws-tests.config.ts that are run there. */
type Part = { readonly does: string; readonly bed: Bed; readonly start: readonly (readonly string[])[]; readonly projects: readonly string[] };

const emulator = (...options: readonly string[]) => [join(root, 'test', 'bed', 'aws'), 'run', ...options, '--'];
const tables = [join(root, 'test', 'bed', 'dynamodb-local'), 'run', '--'];

const parts: { readonly [name: string]: Part } = {
  contracts: { does: 'the contract suites of the ports, on the emulator', bed: 'aws', start: [emulator()], projects: ['aws-contracts'] },
  tables: { does: 'the same, with their tables on DynamoDB Local', bed: 'dynamodb-local', start: [emulator(), tables], projects: ['aws-contracts'] },
  engine: { does: 'deploys the app with the CDK\'s CLI and runs the end-to-end suite against it, with a real agent in the demo\nand a tenant in a stack of its own; then takes the app away and deploys it again onto the data that stayed', bed: 'aws', start: [emulator()], projects: ['aws-end-to-end', 'aws-life-cycle'] },
  iam: { does: 'that suite again, with every call of a function checked against what its role may do', bed: 'aws', start: [emulator('--iam')], projects: ['aws-end-to-end'] },
};

const usage = `npm run test:aws [-- PART...]

Tests what runs on AWS, without an AWS account, on an emulator and on Amazon's own DynamoDB Local. Without a PART all are run:

${Object.entries(parts).map(([name, { does }]) => `  ${name.padEnd(11)} ${does.replace('\n', `\n${' '.repeat(14)}`)}`).join('\n')}

It needs Python 3.10, and Java 17 and Maven for DynamoDB Local. A part that cannot be run here says so and is left out; with CI set it fails.
`;

/** How many tests came to what, as vitest reports it. */
const report = z.object({ numPassedTests: z.int(), numFailedTests: z.int(), numTotalTests: z.int() });
type Report = z.infer<typeof report>;

const words = process.argv.slice(2);
const unknown = words.find((word) => !Object.hasOwn(parts, word));
if (unknown !== undefined) {
  process.stdout.write(unknown === '--help' ? usage : `there is no part ${unknown}\n\n${usage}`);
  process.exitCode = unknown === '--help' ? 0 : 2;
} else {
  process.exitCode = await runParts(words.length === 0 ? Object.keys(parts) : words);
}

/** Runs parts, tells what came of each, and writes the sum where `SLUICE_TEST_REPORT` says. Answers the exit code. */
async function runParts(names: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-aws-'));
  const told: string[] = [];
  const sum = { numPassedTests: 0, numFailedTests: 0, numTotalTests: 0 };
  try {
    for (const name of names) {
      const began = performance.now();
      const found = await runPart(name, join(folder, `${name}.json`));
      if (typeof found === 'string') {
        told.push(`${name.padEnd(10)} left out: ${found}`);
        continue;
      }
      const { numPassedTests: passed, numFailedTests: failed, numTotalTests: total } = found;
      sum.numPassedTests += passed;
      sum.numFailedTests += failed;
      sum.numTotalTests += total;
      told.push(`${name.padEnd(10)} ${passed} passed, ${failed} failed, ${total - passed - failed} skipped, ${Math.round((performance.now() - began) / 1000)} s`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`\n${told.join('\n')}\n`);
  if (process.env.SLUICE_TEST_REPORT !== undefined) writeFileSync(process.env.SLUICE_TEST_REPORT, JSON.stringify(sum));
  return sum.numFailedTests === 0 ? 0 : 1;
}

/** Runs one part and answers its counts, or why it was left out. What fails without failing a test, as a deployment, is one failure. */
async function runPart(name: string, reportFile: string): Promise<Report | string> {
  const part = parts[name];
  if (part === undefined) throw new Error(`there is no part ${name}`);
  const missing = missingFor(part.bed);
  if (missing !== undefined && !process.env.CI) return missing;
  process.stdout.write(`\n── ${name}: ${missing ?? 'begins'}\n`);
  if (missing !== undefined) return { numPassedTests: 0, numFailedTests: 1, numTotalTests: 1 };
  const vitest = [process.execPath, join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', 'aws-tests.config.ts', ...part.projects.flatMap((project) => ['--project', project])];
  const code = await run([...part.start.flat(), ...vitest], { ...process.env, SLUICE_TEST_REPORT: reportFile });
  const counted = readReport(reportFile);
  if (code === 0 ? counted.numPassedTests > 0 : counted.numFailedTests > 0) return counted;
  return { ...counted, numFailedTests: counted.numFailedTests + 1, numTotalTests: counted.numTotalTests + 1 };
}

/** Runs a command in view, and answers its exit code. */
async function run([command = '', ...given]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(command, given, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const end = () => child.kill('SIGTERM');
  process.once('SIGTERM', end).once('SIGINT', end);
  await once(child, 'close');
  process.off('SIGTERM', end).off('SIGINT', end);
  return child.exitCode ?? 1;
}

function readReport(file: string): Report {
  try {
    return report.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numTotalTests: 0 };
  }
}
