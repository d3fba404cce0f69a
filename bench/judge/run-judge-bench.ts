import { WITHOUT_FLOOR, contenders, plainSluice } from './contenders.ts';
import type { Contender } from './contenders.ts';
import { measureCost } from './cost.ts';
import { ALPHA, goalsOf } from './goals.ts';
import type { Goal, SluiceOutcomes } from './goals.ts';
import { kayentaAgreement } from './kayenta-agreement.ts';
import type { ScenarioRow } from './judge-table.ts';
import { scenarios } from './scenarios.ts';
import type { Scenario, ScenarioName } from './scenarios.ts';
import { simulate } from './simulate.ts';
import type { Outcome } from './simulate.ts';

/** All that was measured. `isWithinAlpha`: no healthy canary was failed more often than the default policy promises. */
export type JudgeBench = { readonly names: readonly string[]; readonly rows: readonly ScenarioRow[]; readonly goals: readonly Goal[]; readonly isWithinAlpha: boolean; readonly seed: number; readonly isFull: boolean };

/** The fast profile: enough to see a false-fail rate above α = 5 %, which 200 runs show as more than 10 of them. */
const FAST = { errors: 200, both: 16, day: 10 } as const;

/** Fewer runs than this show no rate of 5 %. */
const ENOUGH_RUNS = 100;

/** Runs every scenario; `tell` hears what comes next. */
export function runJudgeBench(given: { readonly isFull: boolean; readonly seed: number; readonly tell: (text: string) => void }): JudgeBench {
  const names = contenders.map((one) => one.name);
  const outcomeOf = (name: ScenarioName): readonly (Outcome | null)[] => {
    const scenario: Scenario = scenarios[name];
    const runs = given.isFull ? scenario.runs : Math.min(scenario.runs, name === 'day' ? FAST.day : FAST[scenario.metrics]);
    given.tell(`${scenario.name}: ${runs} runs …`);
    const takingPart: readonly Contender[] = name === 'day' ? [{ name: 'Sluice', share: 1, judge: plainSluice }] : contenders.filter(({ only }) => only === undefined || only.includes(name));
    const outcomes = simulate(scenario, takingPart, { runs, seed: given.seed });
    return names.map((one) => outcomes.get(one) ?? null);
  };
  const found = allOf(outcomeOf);
  const rows = scenarioNames.map((name): ScenarioRow => ({ scenario: scenarios[name], outcomes: found[name] }));
  const sluice = allOf((name) => {
    const [outcome] = found[name];
    if (outcome === undefined || outcome === null) throw new Error(`Sluice took no part in ${name}`);
    return outcome;
  });
  const withoutFloor = (name: ScenarioName) => found[name][names.indexOf(WITHOUT_FLOOR)] ?? sluice[name];
  const isWithinAlpha = scenarioNames.every((name) => scenarios[name].truth !== 'healthy' || sluice[name].runs < ENOUGH_RUNS || sluice[name].failShare <= ALPHA);
  const measured = goalsOf({ ...sluice, passing: withoutFloor('same'), notPassing: withoutFloor('twice') } satisfies SluiceOutcomes, measureCost(given.seed));
  const goals = [...measured, ...kayentaAgreement()].toSorted((one, other) => one.goal.localeCompare(other.goal));
  return { names, rows, goals, isWithinAlpha, seed: given.seed, isFull: given.isFull };
}

const scenarioNames: readonly ScenarioName[] = [
  'same', 'bothSame', 'outage', 'rampUp', 'rampDown', 'wrongSplit', 'armBursts', 'sharedBursts', 'day',
  'twice', 'fourTimes', 'tenTimes', 'lateFour', 'lateTen', 'atPassMargin', 'slower', 'muchSlower', 'bothWorse',
];

function allOf<T>(of: (name: ScenarioName) => T): { readonly [Name in ScenarioName]: T } {
  return {
    same: of('same'), bothSame: of('bothSame'), outage: of('outage'), rampUp: of('rampUp'), rampDown: of('rampDown'), wrongSplit: of('wrongSplit'), armBursts: of('armBursts'), sharedBursts: of('sharedBursts'), day: of('day'),
    twice: of('twice'), fourTimes: of('fourTimes'), tenTimes: of('tenTimes'), lateFour: of('lateFour'), lateTen: of('lateTen'), atPassMargin: of('atPassMargin'), slower: of('slower'), muchSlower: of('muchSlower'), bothWorse: of('bothWorse'),
  };
}
