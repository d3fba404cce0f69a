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

function errors(name: string, truth: Scenario['truth'], conditions: Scenario['conditions'], more: Partial<Scenario> = {}): Scenario {
  return { name, truth, metrics: 'errors', conditions, looks: LOOKS, runs: 2000, ...more };
}

function both(name: string, truth: Scenario['truth'], conditions: Partial<Conditions>, more: Partial<Scenario> = {}): Scenario {
  return { name, truth, metrics: 'both', conditions: () => ({ ...usual, ...conditions }), looks: LOOKS, runs: 500, ...more };
}

/** 5, 10, 25, 50 %, a quarter of the time each, while the errors of everything move from one share to another. */
function ramp(from: number, to: number): Scenario['conditions'] {
  return (look) => {
    const drifted = from + ((to - from) * look) / LOOKS;
    return { ...usual, canaryShare: [0.05, 0.1, 0.25, 0.5][Math.min(3, Math.floor(((look - 1) * 4) / LOOKS))] ?? 0.5, stableErrors: drifted, canaryErrors: drifted };
  };
}

function late(name: string, canaryErrors: number): Scenario {
  return errors(name, 'worse', (look) => ({ ...usual, canaryErrors: look > 60 ? canaryErrors : usual.stableErrors }), { onsetLook: 60 });
}

/** All stories, in the order of the table. The names are how goals refer to them. */
export const scenarios = {
  same: errors('errors 0.5 % on both (A/A)', 'healthy', () => usual, { runs: 20_000 }),
  twice: errors('errors 0.5 → 1 %', 'worse', () => ({ ...usual, canaryErrors: 0.01 })),
  fourTimes: errors('errors 0.5 → 2 %', 'worse', () => ({ ...usual, canaryErrors: 0.02 })),
  tenTimes: errors('errors 0.5 → 5 %', 'worse', () => ({ ...usual, canaryErrors: 0.05 })),
  bothSame: both('errors and latency the same (A/A)', 'healthy', { latency: latency(1) }, { runs: 1000 }),
  slower: both('latency × 1.3', 'worse', { latency: latency(1.3) }),
  muchSlower: both('latency × 2', 'worse', { latency: latency(2) }),
  atPassMargin: both('latency × 1.2, the margin of passing', 'worse', { latency: latency(1.2) }),
  bothWorse: both('errors 0.5 → 2 %, latency the same', 'worse', { canaryErrors: 0.02, latency: latency(1) }),
  outage: errors('an outage of 8 % on both for 200 s', 'healthy', (look) => (look > 60 && look <= 80 ? { ...usual, stableErrors: 0.08, canaryErrors: 0.08 } : usual), { runs: 4000 }),
  rampUp: errors('weights 5 to 50 %, errors drift 0.5 → 2 %', 'healthy', ramp(0.005, 0.02), { runs: 4000 }),
  rampDown: errors('weights 5 to 50 %, errors drift 2 → 0.5 %', 'healthy', ramp(0.02, 0.005), { runs: 4000 }),
  wrongSplit: errors('13 % of the requests instead of 10 %', 'healthy', () => ({ ...usual, canaryShare: 0.13 }), { runs: 4000 }),
  armBursts: errors('bursts on one arm, variance × 3', 'healthy', () => ({ ...usual, armBursts: 3 }), { runs: 4000 }),
  sharedBursts: errors('bursts over both arms, variance × 6', 'healthy', () => ({ ...usual, sharedBursts: 6 }), { runs: 4000 }),
  lateFour: late('errors 2 % from 600 s on', 0.02),
  lateTen: late('errors 5 % from 600 s on', 0.05),
  day: errors('24 hours, the same (A/A), margin 1', 'healthy', () => usual, { looks: 8640, runs: 1000 }),
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;
