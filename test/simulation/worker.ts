import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { applyMutation } from './mutations/apply-mutation.ts';
import { readArguments } from './arguments.ts';

/** 32 bytes, as a master key has; nothing secret is in a simulated world. */
const MASTER_KEY = new Uint8Array(32).fill(1);

await work();

/**
 * Runs every so-manieth seed and tells what came of each; the command line is that of the whole, with the worker's number in front of it. The
 * first that breaks something is told with its shortest history, which takes a while; of later ones the seed is enough.
 */
async function work(): Promise<void> {
  const [number = '0', ...words] = process.argv.slice(2);
  const asked = readArguments(words, 1);
  if (asked.mutation !== null) applyMutation(asked.mutation);
  // Loaded now and not before, so that what is mutated is loaded mutated.
  const { makePlan } = await import('./make-plan.ts');
  const { planWith } = await import('./plan.ts');
  const { reportOf } = await import('./report.ts');
  const { runPlan } = await import('./run-seed.ts');
  const folder = mkdtempSync(join(tmpdir(), 'sluice-simulation-'));
  writeFileSync(join(folder, 'master.key'), MASTER_KEY);
  let isReported = false;
  try {
    for (let seed = asked.seed + Number(number); seed < asked.seed + asked.seeds; seed += asked.workers) {
      const whole = makePlan(seed, asked);
      const plan = asked.only === null ? whole : planWith(whole, new Set(asked.only));
      const told = await runPlan(plan, folder);
      const { broken } = told.result;
      process.send?.({ result: told.result, report: broken === null || isReported ? null : await reportOf(plan, { told, invariant: broken.invariant, folder, asked }) });
      isReported ||= broken !== null;
      // That a mistake was found says enough.
      if (isReported && asked.mutation !== null) return;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    process.disconnect?.();
  }
}
