import type { Conditions } from './traffic.ts';

/** A story that is simulated many times. */
export type Scenario = {
  readonly name: string;
  /** What is true of the canary: a healthy one must not fail, a worse one must. */
  readonly truth: 'healthy' | 'worse';
  readonly metrics: 'errors' | 'both';
  /** What holds in a look, from 1. */
  readonly conditions: (look: number) => Conditions;
  readonly looks: number;
  /** From which look on the canary is worse; detection is counted from there. */
  readonly onsetLook?: number;
  /** Runs of the full benchmark. */
  readonly runs: number;
};

/** 30 minutes of looks. */
const LOOKS = 180;

const usual: Conditions = { requestsPerSecond: 50, canaryShare: 0.1, stableErrors: 0.005, canaryErrors: 0.005 };
const latency = (factor: number) => ({ median: 0.1, factor });

/** Errors alone. */
function errors(conditions: Scenario['conditions'], story: Pick<Scenario, 'name' | 'truth'> & Partial<Scenario>): Scenario {
  return { metrics: 'errors', conditions, looks: LOOKS, runs: 2000, ...story };
}

/** Errors and latency. */
function both(conditions: Partial<Conditions>, story: Pick<Scenario, 'name' | 'truth'> & Partial<Scenario>): Scenario {
  return { metrics: 'both', conditions: () => ({ ...usual, ...conditions }), looks: LOOKS, runs: 500, ...story };
}

/** 5, 10, 25, 50 %, a quarter of the time each, while the errors of everything move from one share to another. */
function ramp(from: number, to: number): Scenario['conditions'] {
  return (look) => {
    const drifted = from + ((to - from) * look) / LOOKS;
    return { ...usual, canaryShare: [0.05, 0.1, 0.25, 0.5][Math.min(3, Math.floor(((look - 1) * 4) / LOOKS))] ?? 0.5, stableErrors: drifted, canaryErrors: drifted };
  };
}

function late(name: string, canaryErrors: number): Scenario {
  return errors((look) => ({ ...usual, canaryErrors: look > 60 ? canaryErrors : usual.stableErrors }), { name, truth: 'worse', onsetLook: 60 });
}

/** All stories, in the order of the table. The names are how goals refer to them. */
export const scenarios = {
  same: errors(() => usual, { name: 'errors 0.5 % on both (A/A)', truth: 'healthy', runs: 20_000 }),
  twice: errors(() => ({ ...usual, canaryErrors: 0.01 }), { name: 'errors 0.5 → 1 %', truth: 'worse' }),
  fourTimes: errors(() => ({ ...usual, canaryErrors: 0.02 }), { name: 'errors 0.5 → 2 %', truth: 'worse' }),
  tenTimes: errors(() => ({ ...usual, canaryErrors: 0.05 }), { name: 'errors 0.5 → 5 %', truth: 'worse' }),
  bothSame: both({ latency: latency(1) }, { name: 'errors and latency the same (A/A)', truth: 'healthy', runs: 1000 }),
  slower: both({ latency: latency(1.3) }, { name: 'latency × 1.3', truth: 'worse' }),
  muchSlower: both({ latency: latency(2) }, { name: 'latency × 2', truth: 'worse' }),
  atPassMargin: both({ latency: latency(1.2) }, { name: 'latency × 1.2, the margin of passing', truth: 'worse' }),
  bothWorse: both({ canaryErrors: 0.02, latency: latency(1) }, { name: 'errors 0.5 → 2 %, latency the same', truth: 'worse' }),
  outage: errors((look) => (look > 60 && look <= 80 ? { ...usual, stableErrors: 0.08, canaryErrors: 0.08 } : usual), { name: 'an outage of 8 % on both for 200 s', truth: 'healthy', runs: 4000 }),
  rampUp: errors(ramp(0.005, 0.02), { name: 'weights 5 to 50 %, errors drift 0.5 → 2 %', truth: 'healthy', runs: 4000 }),
  rampDown: errors(ramp(0.02, 0.005), { name: 'weights 5 to 50 %, errors drift 2 → 0.5 %', truth: 'healthy', runs: 4000 }),
  wrongSplit: errors(() => ({ ...usual, canaryShare: 0.13 }), { name: '13 % of the requests instead of 10 %', truth: 'healthy', runs: 4000 }),
  armBursts: errors(() => ({ ...usual, armBursts: 3 }), { name: 'bursts on one arm, variance × 3', truth: 'healthy', runs: 4000 }),
  sharedBursts: errors(() => ({ ...usual, sharedBursts: 6 }), { name: 'bursts over both arms, variance × 6', truth: 'healthy', runs: 4000 }),
  lateFour: late('errors 2 % from 600 s on', 0.02),
  lateTen: late('errors 5 % from 600 s on', 0.05),
  day: errors(() => usual, { name: '24 hours, the same (A/A), margin 1', truth: 'healthy', looks: 8640, runs: 1000 }),
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;
