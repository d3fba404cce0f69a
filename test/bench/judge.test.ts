import { describe, expect, it } from 'vitest';

import { contenders } from '../../bench/judge/contenders.ts';
import { JUDGE_MARKERS, judgeTables, withJudgeTables } from '../../bench/judge/judge-table.ts';
import { seededRandom } from '../../bench/judge/random.ts';
import { scenarios } from '../../bench/judge/scenarios.ts';
import { SEED, simulate } from '../../bench/judge/simulate.ts';
import { readProjectFile } from '../architecture/project.ts';

const few = { runs: 4, seed: SEED } as const;

describe('the chance of the simulations', () => {
  const drawn = (draw: (random: ReturnType<typeof seededRandom>) => number, count = 20_000) => {
    const random = seededRandom(1, 2);
    const values = Array.from({ length: count }, () => draw(random));
    const mean = values.reduce((sum, one) => sum + one, 0) / count;
    return { mean, variance: values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (count - 1) };
  };

  it.each<readonly [string, (random: ReturnType<typeof seededRandom>) => number, number, number]>([
    ['uniform', (random) => random.uniform(), 0.5, 1 / 12],
    ['normal', (random) => random.normal(), 0, 1],
    ['a small Poisson', (random) => random.poisson(2.5), 2.5, 2.5],
    ['a large Poisson', (random) => random.poisson(450), 450, 450],
    ['binomial', (random) => random.binomial(50, 0.06), 3, 2.82],
    ['binomial of more than a half', (random) => random.binomial(50, 0.9), 45, 4.5],
    ['bursts', (random) => random.bursts(2.5, 3), 2.5, 7.5],
    ['bursts of few', (random) => random.bursts(0.25, 3), 0.25, 0.75],
  ])('%s has the mean and the variance that it says', (_name, draw, mean, variance) => {
    const found = drawn(draw);
    // Five standard errors of 20,000 draws, and as much of a share for the variance, whose own error depends on the tails.
    expect(Math.abs(found.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / 20_000));
    expect(Math.abs(found.variance - variance) / variance).toBeLessThan(0.12);
  });

  it('is the same for the same seed, and another for another', () => {
    const first = (...seeds: readonly number[]) => Array.from({ length: 5 }, seededRandom(...seeds).uniform);
    expect(first(1, 2)).toEqual(first(1, 2));
    expect(first(1, 2)).not.toEqual(first(1, 3));
  });
});

describe('a simulation', () => {
  it('gives the same outcome for the same seed, whoever else takes part', () => {
    const [first] = contenders;
    const alone = simulate(scenarios.tenTimes, contenders.slice(0, 1), few).get(first?.name ?? '');
    expect(simulate(scenarios.tenTimes, contenders, few).get(first?.name ?? '')).toEqual(alone);
    expect(alone).toMatchObject({ runs: 4, failShare: 1, passShare: 0 });
  });

  it('counts detection from the onset, also behind a Successful', () => {
    const outcome = simulate(scenarios.lateTen, contenders.slice(0, 1), few).get('Sluice');
    expect(outcome).toMatchObject({ failShare: 1 });
    expect(outcome?.failMedianSeconds).toBeGreaterThan(0);
    expect(outcome?.failMedianSeconds).toBeLessThan(200);
  });
});

describe('the tables', () => {
  const outcome = { runs: 10, failShare: 0.003, passShare: 0.5, failMedianSeconds: 30, failP95Seconds: null, passMedianSeconds: 450 };
  const tables = judgeTables({ names: ['A', 'B'], rows: [{ scenario: scenarios.same, outcomes: [outcome, null] }, { scenario: scenarios.twice, outcomes: [outcome, outcome] }], goals: [{ goal: 'G1', what: 'x', measured: '0.3 %', holds: false }], seed: 5, isFull: true });

  it('have a row for each scenario, healthy and worse apart, and one for each goal', () => {
    expect(tables).toContain('| errors 0.5 % on both (A/A) | **0.3 %** failed; 50 % passed, 450 s |  |');
    expect(tables).toContain('| errors 0.5 → 1 % | 0.3 %, **30 s**; 50 % passed |');
    expect(tables).toContain('| G1 | x | 0.3 % | **no** |');
  });

  it('stand in the page between their markers', () => {
    const page = readProjectFile('docs/judge.md');
    expect(withJudgeTables(page, 'TABLES')).toContain(`${JUDGE_MARKERS.begin}\nTABLES\n${JUDGE_MARKERS.end}`);
    expect(() => withJudgeTables('a page', 'TABLES')).toThrow('no place');
    for (const { name } of Object.values(scenarios)) expect(page).toContain(`| ${name} |`);
  });
});
