import type { Asked } from './arguments.ts';
import { invariants } from './broken-invariant.ts';
import type { InvariantName } from './broken-invariant.ts';
import { partsOf, planWith } from './plan.ts';
import type { Plan } from './plan.ts';
import type { Told } from './run-seed.ts';
import { shrink } from './shrink.ts';

/** The last so many lines of a history are shown, each so long at the most. */
const SHOWN_LINES = 40;
const SHOWN_CHARACTERS = 240;

/** What a person needs who looks into a broken invariant: what it is, the shortest history that shows it, and how to see it again. */
export async function reportOf(plan: Plan, found: { readonly told: Told; readonly invariant: InvariantName; readonly folder: string; readonly asked: Asked }): Promise<string> {
  const { asked } = found;
  const { parts, told, runs } = asked.quick ? { parts: partsOf(plan), told: found.told, runs: 0 } : await shrink(plan, found);
  const broken = told.result.broken ?? found.told.result.broken;
  const rest = planWith(plan, new Set(parts));
  const shown = told.lines.filter((line) => isAbout(line, broken?.subject ?? '')).slice(-SHOWN_LINES);
  const command = ['npm run simulate --', `--seed ${plan.seed} --hours ${asked.hours} --deployments ${asked.deployments}`, ...(asked.mutation === null ? [] : [`--mutation ${asked.mutation}`]), `--only ${parts.join(',')}`];
  return [
    `Seed ${plan.seed} breaks "${found.invariant}": ${invariants[found.invariant]}.`,
    `  ${broken?.detail ?? ''}`,
    `  (about ${broken?.subject ?? 'nobody'})`,
    `The shortest history that was found in ${runs} runs has ${parts.length} of ${partsOf(plan).length} parts:`,
    ...rest.operations.map((one) => `  ${one.id} after ${one.atSeconds} s, ${one.tenant}: ${JSON.stringify(one.act)}`),
    ...rest.accidents.map((one) => `  ${one.id} after ${one.atSeconds} s: ${JSON.stringify(one.happening)}`),
    ...Object.entries(rest.rates).map(([fault, rate]) => `  fault ${fault}: ${rate} %`),
    `What happened, the last ${shown.length} lines of it (seconds, then what):`,
    ...shown.map((line) => `  ${line.slice(0, SHOWN_CHARACTERS)}`),
    'See it again:',
    `  ${command.join(' ')}`,
  ].join('\n');
}

/** Lines about a tenant's deployment, or about the whole world. */
function isAbout(line: string, subject: string): boolean {
  const id = /dep-[0-9a-z]{26}/.exec(subject)?.[0];
  return id === undefined || line.includes(id) || / (?:fault|BROKEN|the control plane)/.test(line);
}
