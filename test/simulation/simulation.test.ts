import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as z from 'zod';
import { afterAll, describe, expect, it } from 'vitest';

import { readArguments } from './arguments.ts';
import { makePlan } from './make-plan.ts';
import { mutatedSource } from './mutations/apply-mutation.ts';
import { mutations } from './mutations/mutations.ts';
import { partsOf, planWith } from './plan.ts';
import { runPlan } from './run-seed.ts';
import { neverHappened } from './summary.ts';

/** The seeds of every run of the tests; the long run has fifty times as many. */
const SEEDS = 200;

const counts = z.record(z.string(), z.number());
const summary = z.object({ seeds: z.number(), failed: z.array(z.unknown()), counts, faults: counts, ends: counts, acts: counts, seen: counts });

/** What one seed is asked for when it is looked at closely. */
const size = { hours: 0.1, deployments: 3 };

const folder = mkdtempSync(join(tmpdir(), 'sluice-simulation-'));
writeFileSync(join(folder, 'master.key'), new Uint8Array(32).fill(1));
afterAll(() => rmSync(folder, { recursive: true }));

function simulate(...words: readonly string[]) {
  return spawnSync(process.execPath, ['--conditions=sluice-source', join(import.meta.dirname, 'simulate.ts'), ...words], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

describe('the simulated system', { timeout: 1_200_000 }, () => {
  it(`keeps its promises through ${SEEDS} seeds, in which everything happens that is to be survived`, () => {
    const { status, stdout, stderr } = simulate('--seed', '1', '--seeds', `${SEEDS}`, '--json');
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    const told = summary.parse(JSON.parse(stdout));
    expect(told).toMatchObject({ seeds: SEEDS, failed: [] });
    expect(neverHappened({ ...told, failed: [] })).toEqual([]);
  });

  it('has the same history for the same seed, to the last bit, and another for another', async () => {
    const once = (await runPlan(makePlan(7, size), folder)).result;
    const again = (await runPlan(makePlan(7, size), folder)).result;
    const other = (await runPlan(makePlan(8, size), folder)).result;
    expect(again).toEqual(once);
    expect(other.digest).not.toBe(once.digest);
  });

  it('can be had without any part of its plan', async () => {
    const plan = makePlan(7, size);
    const [first = ''] = partsOf(plan);
    const less = planWith(plan, new Set(partsOf(plan).filter((part) => part !== first)));
    expect(partsOf(less)).toEqual(partsOf(plan).slice(1));
    expect((await runPlan(planWith(plan, new Set()), folder)).result).toMatchObject({ broken: null, counts: { crashes: 0, deployments: 0 } });
  });
});

describe('the command', () => {
  it('has defaults, and refuses what it does not know', () => {
    expect(readArguments(['--seed', '9', '--only', 'o1,a2'], 2)).toMatchObject({ seed: 9, seeds: 1, workers: 2, only: ['o1', 'a2'], mutation: null, json: false });
    expect(() => readArguments(['--sede', '9'], 2)).toThrow('unknown option --sede');
    expect(() => readArguments(['--seeds', 'many'], 2)).toThrow('--seeds must be a number above 0, not many');
    expect(() => readArguments(['--hours'], 2)).toThrow('--hours needs a value');
  });
});

describe('a deliberate mistake', () => {
  it.each(mutations)('$name still has its place in $file', (mutation) => {
    expect(mutatedSource(mutation)).not.toBe('');
  });

  it.each(mutations)('$name stands in docs/reliability.md with its seed', ({ name, seed, invariant }) => {
    expect(readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'reliability.md'), 'utf8')).toMatch(new RegExp(`\\| \`${name}\` \\|.*\\| ${seed} \\| ${invariant} \\|`));
  });

  // The quickest of them; each of the others is run by `npm run simulate -- --mutation NAME --seed SEED`.
  it.each(mutations.filter((one) => one.isQuick))('$name is found with seed $seed', { timeout: 300_000 }, ({ name, seed, invariant }) => {
    const { status, stderr } = simulate('--seed', `${seed}`, '--mutation', name, '--quick');
    expect(stderr).toContain(`Seed ${seed} breaks "${invariant}"`);
    expect(status).toBe(1);
  });

  it('is shown by a shorter history than the one that found it, with the command to see it again', { timeout: 300_000 }, () => {
    const { stderr } = simulate('--seed', '1', '--mutation', 'step-done-too-early');
    const [, parts = '', whole = ''] = /has (\d+) of (\d+) parts/.exec(stderr) ?? [];
    expect(Number(parts)).toBeLessThan(Number(whole) / 4);
    const [, only = ''] = /npm run simulate -- --seed 1 --hours 0\.2 --deployments 6 --mutation step-done-too-early --only (\S+)/.exec(stderr) ?? [];
    expect(simulate('--seed', '1', '--mutation', 'step-done-too-early', '--only', only, '--quick').stderr).toContain('Seed 1 breaks "lawful steps"');
  });
});
