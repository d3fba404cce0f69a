import type { InvariantName } from './broken-invariant.ts';
import { partsOf, planWith } from './plan.ts';
import type { Plan } from './plan.ts';
import { runPlan } from './run-seed.ts';
import type { Told } from './run-seed.ts';

/** A history that still breaks the same invariant, and what of its plan is left. */
export type Shrunk = { readonly parts: readonly string[]; readonly told: Told; readonly runs: number };

/** So many shorter histories are tried at the most, and for so long: each takes about a second, and several where something never ends. */
const MOST_RUNS = 120;
const MOST_MILLISECONDS = 120_000;

/**
 * Looks for a shorter history that breaks the same invariant: leaves out halves of the plan's parts, then quarters, and so on, as long as it
 * still breaks. Source: A. Zeller and R. Hildebrandt, "Simplifying and isolating failure-inducing input" (2002), algorithm ddmin.
 */
export async function shrink(plan: Plan, found: { readonly told: Told; readonly invariant: InvariantName; readonly folder: string }): Promise<Shrunk> {
  let parts = partsOf(plan);
  let { told } = found;
  let runs = 0;
  const until = performance.now() + MOST_MILLISECONDS;
  const mayTry = () => runs < MOST_RUNS && performance.now() < until;
  for (let pieces = 2; parts.length > 1 && mayTry();) {
    const size = Math.ceil(parts.length / pieces);
    let isShorter = false;
    for (let begin = 0; begin < parts.length && mayTry() && !isShorter; begin += size) {
      const rest = [...parts.slice(0, begin), ...parts.slice(begin + size)];
      const tried = await runPlan(planWith(plan, new Set(rest)), found.folder).catch(() => undefined);
      runs += 1;
      if (tried?.result.broken?.invariant !== found.invariant) continue;
      parts = rest;
      told = tried;
      isShorter = true;
    }
    if (isShorter) pieces = Math.max(2, pieces - 1);
    else if (size === 1) break;
    else pieces = Math.min(parts.length, pieces * 2);
  }
  return { parts, told, runs };
}
