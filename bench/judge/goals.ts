import type { Cost } from './cost.ts';
import type { ScenarioName } from './scenarios.ts';
import type { Outcome } from './simulate.ts';

/** A numeric goal, what was measured, and whether it holds. */
export type Goal = { readonly goal: string; readonly what: string; readonly measured: string; readonly holds: boolean };

/** Sluice's outcomes by scenario; `passing` and `notPassing` are those of the same errors and of twice as many, without a floor. */
export type SluiceOutcomes = { readonly [Name in ScenarioName | 'passing' | 'notPassing']: Outcome };

/** The most that a healthy canary may be failed: the default policy's alpha. */
export const ALPHA = 0.05;

/** Goals G1 to G6 and G8. */
export function goalsOf(outcomes: SluiceOutcomes, costs: readonly Cost[]): readonly Goal[] {
  const { same, day, tenTimes, fourTimes, twice, slower, muchSlower, atPassMargin, bothSame, passing, notPassing } = outcomes;
  const unhealthy = (['rampUp', 'rampDown', 'outage', 'wrongSplit', 'armBursts', 'sharedBursts'] as const).map((name) => [name, outcomes[name]] as const);
  return [
    of('G1').atMost('A/A, failed ever', same.failShare, 0.01),
    of('G1').atMost('A/A, failed ever, both metrics', bothSame.failShare, 0.01),
    of('G1').atMost('A/A over 24 h, margin 1, no cap, no onset', day.failShare, ALPHA),
    of('G2').within('0.5 → 5 %, median', tenTimes.failMedianSeconds, 50), of('G2').within('0.5 → 5 %, 95th percentile', tenTimes.failP95Seconds, 80),
    of('G2').within('0.5 → 2 %, median', fourTimes.failMedianSeconds, 150), of('G2').within('0.5 → 2 %, 95th percentile', fourTimes.failP95Seconds, 320),
    of('G2').atLeast('0.5 → 1 %, failed within 30 min', twice.failShare, 0.9),
    of('G3').within('latency × 1.3, median', slower.failMedianSeconds, 70), of('G3').within('latency × 1.3, 95th percentile', slower.failP95Seconds, 110), of('G3').within('latency × 2, median', muchSlower.failMedianSeconds, 50),
    of('G4').within('healthy, passed, median, no floor', passing.passMedianSeconds, 480), of('G4').atLeast('healthy, passed within 30 min, no floor', passing.passShare, 0.98),
    of('G4').atMost('errors × 2, passed, no floor', notPassing.passShare, ALPHA),
    of('G4').atMost('errors × 2, passed', twice.passShare, ALPHA), of('G4').atMost('latency × 1.2, passed', atPassMargin.passShare, ALPHA),
    ...unhealthy.map(([name, outcome]) => of('G5').atMost(`A/A, failed: ${name}`, outcome.failShare, ALPHA)),
    of('G6').within('5 % from 600 s on, median', outcomes.lateTen.failMedianSeconds, 90), of('G6').within('2 % from 600 s on, median', outcomes.lateFour.failMedianSeconds, 240),
    ...costs.flatMap(({ metric, millisecondsPerLook, stateBytes, isSameOnReplay }): Goal[] => [
      { goal: 'G8', what: `${metric}: a look at 5,000 requests a second, at most 1 ms`, measured: `${millisecondsPerLook.toFixed(2)} ms`, holds: millisecondsPerLook <= 1 },
      { goal: 'G8', what: `${metric}: state as JSON, at most 8 KB`, measured: `${stateBytes} bytes`, holds: stateBytes <= 8192 },
      { goal: 'G8', what: `${metric}: replayed through JSON, the same bits`, measured: isSameOnReplay ? 'the same' : 'not the same', holds: isSameOnReplay },
    ]),
  ];
}

/** The three forms of a goal, for the one of this name. */
function of(goal: string) {
  return {
    atMost: (what: string, share: number, limit: number): Goal => ({ goal, what: `${what}, at most ${percent(limit)}`, measured: percent(share), holds: share <= limit }),
    atLeast: (what: string, share: number, limit: number): Goal => ({ goal, what: `${what}, at least ${percent(limit)}`, measured: percent(share), holds: share >= limit }),
    within: (what: string, seconds: number | null, limit: number): Goal => ({ goal, what: `${what}, at most ${limit} s`, measured: seconds === null ? 'never' : `${seconds} s`, holds: seconds !== null && seconds <= limit }),
  };
}

/** A share in percent, with one digit more where it is small. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(share < 0.01 ? 2 : 1))} %`;
}
