import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { readArguments, usage } from './arguments.ts';
import type { Asked } from './arguments.ts';
import { mutations } from './mutations/mutations.ts';
import type { SeedResult } from './run-seed.ts';
import { inWords, summaryOf } from './summary.ts';

/** What a worker tells of a seed. */
type Message = { readonly result: SeedResult; readonly report: string | null };

/** How often the progress is told where nobody looks on. */
const PROGRESS_SEEDS = 50;

process.exitCode = await simulate(process.argv.slice(2));

async function simulate(words: readonly string[]): Promise<number> {
  let asked: Asked;
  try {
    asked = readArguments(words, availableParallelism());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (asked.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (asked.mutation === 'list') {
    for (const one of mutations) process.stdout.write(`${one.name}: ${one.mistake} (found with seed ${one.seed}: ${one.invariant})\n`);
    return 0;
  }
  const seed = mutations.find((one) => one.name === asked.mutation)?.seed;
  return await (seed === undefined || words.includes('--seed') ? runAll(asked, words) : runAll({ ...asked, seed }, [...words, '--seed', `${seed}`]));
}

async function runAll(asked: Asked, words: readonly string[]): Promise<number> {
  const results: SeedResult[] = [];
  const reports: string[] = [];
  const workers = Math.min(asked.workers, asked.seeds);
  const heard = ({ result, report }: Message) => {
    results.push(result);
    if (report !== null) reports.push(report);
    const broken = results.filter((one) => one.broken !== null).length;
    if (process.stderr.isTTY || results.length % PROGRESS_SEEDS === 0) process.stderr.write(`${results.length} of ${asked.seeds} seeds${broken > 0 ? `, ${broken} broken` : ''}\n`);
  };
  const codes = await Promise.all(Array.from({ length: workers }, (_, number) => runWorker([`${number}`, ...words, '--workers', `${workers}`], heard)));
  const summary = summaryOf(results);
  for (const report of reports) process.stderr.write(`\n${report}\n`);
  process.stdout.write(asked.json ? `${JSON.stringify(summary)}\n` : `${inWords(summary)}\n`);
  return summary.failed.length > 0 || codes.some((code) => code !== 0) ? 1 : 0;
}

/** Runs a worker to its end; answers its exit code. */
function runWorker(words: readonly string[], heard: (message: Message) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = fork(join(import.meta.dirname, 'worker.ts'), words, { execArgv: ['--conditions=sluice-source'] });
    worker.on('message', (message) => heard(parseMessage(message)));
    worker.once('error', reject);
    worker.once('exit', (code) => resolve(code ?? 1));
  });
}

/** What comes is of our own worker. */
function parseMessage(message: unknown): Message {
  return message as Message;
}
