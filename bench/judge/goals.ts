import type { Cost } from './cost.ts';
import type { ScenarioName } from './scenarios.ts';
import type { Outcome } from './simulate.ts';

/** A numeric goal, what was measured, and whether it holds. */
export type Goal = { readonly goal: string; readonly what: string; readonly measured: string; readonly holds: boolean };

/** Sluice's outcomes by scenario; `passing` and `notPassing` are those of the same errors and of twice as many, without a floor. */
export type SluiceOutcomes = { readonly [Name in ScenarioName | 'passing' | 'notPassing']: Outcome };

/** The most that a healthy canary may be failed: the default policy's alpha. */
export const ALPHA = 0.05;

/** Goals G1 to G6 and G8; G7, that all of Kayenta's own cases agree, is a test. */
export function goalsOf(outcomes: SluiceOutcomes, costs: readonly Cost[]): readonly Goal[] {
  const { same, day, tenTimes, fourTimes, twice, slower, muchSlower, atPassMargin, bothSame, passing, notPassing } = outcomes;
  const unhealthy = (['rampUp', 'rampDown', 'outage', 'wrongSplit', 'armBursts', 'sharedBursts'] as const).map((name) => [name, outcomes[name]] as const);
  return [
    atMost('G1', 'A/A, failed ever', same.failShare, 0.01),
    atMost('G1', 'A/A, failed ever, both metrics', bothSame.failShare, 0.01),
    atMost('G1', 'A/A over 24 h, margin 1, no cap, no onset', day.failShare, ALPHA),
    within('G2', '0.5 → 5 %, median', tenTimes.failMedianSeconds, 50), within('G2', '0.5 → 5 %, 95th percentile', tenTimes.failP95Seconds, 80),
    within('G2', '0.5 → 2 %, median', fourTimes.failMedianSeconds, 150), within('G2', '0.5 → 2 %, 95th percentile', fourTimes.failP95Seconds, 320),
    atLeast('G2', '0.5 → 1 %, failed within 30 min', twice.failShare, 0.9),
    within('G3', 'latency × 1.3, median', slower.failMedianSeconds, 70), within('G3', 'latency × 1.3, 95th percentile', slower.failP95Seconds, 110), within('G3', 'latency × 2, median', muchSlower.failMedianSeconds, 50),
    within('G4', 'healthy, passed, median, no floor', passing.passMedianSeconds, 480), atLeast('G4', 'healthy, passed within 30 min, no floor', passing.passShare, 0.98),
    atMost('G4', 'errors × 2, passed, no floor', notPassing.passShare, ALPHA),
    atMost('G4', 'errors × 2, passed', twice.passShare, ALPHA), atMost('G4', 'latency × 1.2, passed', atPassMargin.passShare, ALPHA),
    ...unhealthy.map(([name, outcome]) => atMost('G5', `A/A, failed: ${name}`, outcome.failShare, ALPHA)),
    within('G6', '5 % from 600 s on, median', outcomes.lateTen.failMedianSeconds, 90), within('G6', '2 % from 600 s on, median', outcomes.lateFour.failMedianSeconds, 240),
    ...costs.flatMap(({ metric, millisecondsPerLook, stateBytes, isSameOnReplay }): Goal[] => [
      { goal: 'G8', what: `${metric}: a look at 5,000 requests a second, at most 1 ms`, measured: `${millisecondsPerLook.toFixed(2)} ms`, holds: millisecondsPerLook <= 1 },
      { goal: 'G8', what: `${metric}: state as JSON, at most 8 KB`, measured: `${stateBytes} bytes`, holds: stateBytes <= 8192 },
      { goal: 'G8', what: `${metric}: replayed through JSON, the same bits`, measured: isSameOnReplay ? 'the same' : 'not the same', holds: isSameOnReplay },
    ]),
  ];
}

function atMost(goal: string, what: string, share: number, limit: number): Goal {
  return { goal, what: `${what}, at most ${percent(limit)}`, measured: percent(share), holds: share <= limit };
}

function atLeast(goal: string, what: string, share: number, limit: number): Goal {
  return { goal, what: `${what}, at least ${percent(limit)}`, measured: percent(share), holds: share >= limit };
}

function within(goal: string, what: string, seconds: number | null, limit: number): Goal {
  return { goal, what: `${what}, at most ${limit} s`, measured: seconds === null ? 'never' : `${seconds} s`, holds: seconds !== null && seconds <= limit };
}

/** A share in percent, with one digit more where it is small. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(share < 0.01 ? 2 : 1))} %`;
}
