import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import * as z from 'zod';

import { pageOf } from '#contracts/http/route';
import { apiKeyView } from '#contracts/views';
import { call, prepareMatrix } from '#test/standalone/server/matrix-system';
import { openWholeSystem, UNLIMITED } from '#test/standalone/server/whole-system';
import type { WholeSystem } from '#test/standalone/server/whole-system';

import { fuzzSettings } from './fuzz-settings.ts';
import type { KeysByRole } from './fuzz-settings.ts';
import { putExamples } from './fuzzed-shop.ts';

const bed = join(import.meta.dirname, '..', 'bed');

const usage = `npm run fuzz [-- --seed N --examples M --seconds S]

Starts the standalone engine and lets Schemathesis make requests of its own /openapi.json, with a key of each role: the examples, the bounds of
every schema, M random requests of each operation (20), fitting and not, and walks along the document's links, again and again for S seconds (60).
All checks: no 5xx, answers as the document has them, what fits is taken, what does not is refused, keys are asked for, what was deleted is gone.
Without --seed the seed is chosen and printed. It needs Python 3.10, and installs Schemathesis in the cache of the beds.
`;

/** What is read of the report of Schemathesis. */
const report = z.object({
  operations: z.object({ selected: z.int(), tested: z.int() }), test_cases: z.object({ generated: z.int() }),
  failures: z.array(z.object({ title: z.string(), operations: z.array(z.string()) })), errors: z.array(z.unknown()),
});

/** Seeds are shown and typed by people, so they are short. */
const LARGEST_SEED = 1_000_000;

const { values } = parseArgs({ options: { seed: { type: 'string' }, examples: { type: 'string', default: '20' }, seconds: { type: 'string', default: '60' }, help: { type: 'boolean', default: false } } });
const seed = values.seed ?? `${1 + Math.floor(Math.random() * LARGEST_SEED)}`;
if (values.help) process.stdout.write(usage);
else process.exitCode = await fuzz();

/** Answers the exit code, tells what came of it, and writes how many operations passed and failed where `SLUICE_TEST_REPORT` says. */
async function fuzz(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-fuzz-'));
  // The rates are another test's: here they would only make most answers the same.
  const system = await openWholeSystem({ http: { keyRate: UNLIMITED, tenantRate: UNLIMITED, guessRate: UNLIMITED } });
  try {
    const { keys } = await prepareMatrix(system.url, system.operatorKey);
    await putExamples(system.url, keys.admin);
    const settings = join(folder, 'schemathesis.toml');
    const reportFile = join(folder, 'report.json');
    writeFileSync(settings, fuzzSettings(join(bed, 'schemathesis-hooks.py'), keys), { mode: 0o600 });
    const words = ['--config-file', settings, 'run', `${system.url}/openapi.json`, '--seed', seed, '--max-examples', values.examples, '--max-time', values.seconds, '--warnings', 'off', '--no-color', '--report', 'json', '--report-json-path', reportFile];
    const code = await run(words, folder, await protectedNames(system.url, keys.admin));
    return conclude(code, report.parse(JSON.parse(readFileSync(reportFile, 'utf8'))), [...system.troubles.map(String), ...(await lostKeys(system, keys))]);
  } finally {
    await system.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Tells the sum. What the server reported as unexpected is a failure, even where its answer looked right. */
function conclude(code: number, found: z.infer<typeof report>, troubles: readonly string[]): number {
  const failing = new Set(found.failures.flatMap(({ operations }) => operations));
  const untested = found.operations.selected - found.operations.tested;
  const failed = failing.size + untested + found.errors.length + troubles.length + (code !== 0 && failing.size === 0 ? 1 : 0);
  const passed = Math.max(0, found.operations.tested - failing.size);
  for (const trouble of troubles) process.stdout.write(`${trouble}\n`);
  process.stdout.write(`${found.test_cases.generated} cases of ${found.operations.tested} operations with seed ${seed}: ${passed} passed, ${failed} failed\n`);
  if (process.env.SLUICE_TEST_REPORT !== undefined) writeFileSync(process.env.SLUICE_TEST_REPORT, JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numTotalTests: passed + failed }));
  return failed === 0 ? 0 : 1;
}

/** The keys that no longer open anything: with one of them the rest of the run was refused, and tested nothing. */
async function lostKeys(system: WholeSystem, keys: KeysByRole): Promise<readonly string[]> {
  const answers = await Promise.all(Object.entries(keys).map(async ([role, key]) => ({ role, ...(await call(system.url, { method: 'GET', path: '/v1', key })) })));
  return answers.filter(({ status }) => status !== 200).map(({ role, status }) => `the key of the role ${role} was lost on the way: ${status}`);
}

/** The names that must stay for the run to go on. */
async function protectedNames(url: string, key: string): Promise<readonly string[]> {
  const { text } = await call(url, { method: 'GET', path: '/v1/keys', key });
  const { tenant } = z.looseObject({ tenant: z.string() }).parse(JSON.parse((await call(url, { method: 'GET', path: '/v1', key })).text));
  return [tenant, ...pageOf(apiKeyView).parse(JSON.parse(text)).items.map(({ id }) => id)];
}

/** It keeps what it has learned in the folder that it runs in. */
async function run(words: readonly string[], folder: string, names: readonly string[]): Promise<number> {
  const child = spawn(join(bed, 'schemathesis'), ['run', '--', ...words], { cwd: folder, env: { ...process.env, SLUICE_FUZZ_PROTECTED: names.join(' ') }, stdio: ['ignore', 'inherit', 'inherit'] });
  const end = () => child.kill('SIGTERM');
  process.once('SIGTERM', end).once('SIGINT', end);
  await once(child, 'close');
  process.off('SIGTERM', end).off('SIGINT', end);
  return child.exitCode ?? 1;
}
