import type { JudgePolicy } from '#domain/analysis/judge/policy';

/** What is known before a deployment: stable's traffic and the share of its requests that are bad. */
export type Baseline = { readonly requestsPerSecond: number; readonly badShare: number };

/** A step of the plan with the weight that it holds. */
export type PlannedStep = { readonly weightPercent: number; readonly seconds: number };

/** How long it takes to see a regression, or a healthy canary, at one weight; `null` where it is never seen. */
export type StepForecast = {
  readonly weightPercent: number;
  /** By how often the errors are multiplied: seconds until Failed. */
  readonly secondsToFail: { readonly [factor: string]: number | null };
  /** Seconds until Successful, where the canary is as good as stable. */
  readonly secondsToPass: number | null;
};

/** The forecast of a plan, with what it cannot reach and what weight would do. */
export type PlanForecast = { readonly steps: readonly StepForecast[]; readonly warnings: readonly string[]; readonly suggestedWeightPercent: number | null };

/** The regressions that a plan is asked about. */
export const FORECAST_FACTORS = [1.5, 2, 4, 10] as const;

/**
 * What the mixture over effects costs FAIL beside the bet on the true one: ln 7 for the grid, about. PASS costs ln 5, but its median comes
 * as much before its mean. With these the forecast meets the medians of the benchmark in docs/judge.md.
 */
const FAIL_MIXTURE_NATS = 2;

/** Weights from which one is suggested, in rising order: what is risked grows with it. */
const WEIGHTS = [1, 2, 5, 10, 15, 20, 25, 30, 40, 50] as const;

/**
 * Says before a deployment what its analysis can see: T ≈ (ln(1/α) + overhead) ÷ (λ · KL), with λ bad requests a second on both arms together
 * and the Kullback-Leibler divergence of the canary's share of them from its share at the margin. In the middle of what happens, not a
 * bound. Source: Wald's identity for the expected sample size of a sequential test.
 */
export function forecastPlan(policy: JudgePolicy, baseline: Baseline, plan: readonly PlannedStep[]): PlanForecast {
  const steps = plan.map(({ weightPercent }) => forecastStep(policy, baseline, weightPercent));
  const seconds = plan.reduce((sum, one) => sum + one.seconds, 0);
  const reached = (needed: (step: StepForecast) => number | null) => plan.reduce((share, step, index) => {
    const whole = needed(steps[index] ?? { weightPercent: 0, secondsToFail: {}, secondsToPass: null });
    return share + (whole === null ? 0 : step.seconds / whole);
  }, 0) >= 1;
  const missed = FORECAST_FACTORS.filter((factor) => !reached((step) => step.secondsToFail[String(factor)] ?? null));
  const warnings = [
    ...(missed.length === 0 ? [] : [`errors that are ${missed.map((factor) => `${factor} times`).join(' or ')} as frequent are not likely to be seen within the ${inWords(seconds)} of the plan`]),
    ...(reached((step) => step.secondsToPass) ? [] : [`a healthy canary is not likely to be called Successful within the ${inWords(seconds)} of the plan; it will be Inconclusive`]),
  ];
  const suggested = WEIGHTS.find((weight) => {
    const step = forecastStep(policy, baseline, weight);
    return (step.secondsToPass ?? Infinity) <= seconds && (step.secondsToFail['4'] ?? Infinity) <= seconds;
  });
  return { steps, warnings, suggestedWeightPercent: suggested ?? null };
}

/** The forecast at one weight. */
export function forecastStep(policy: JudgePolicy, baseline: Baseline, weightPercent: number): StepForecast {
  const metric = policy.metrics.find((one) => one.kind === 'ratio');
  const margins = metric?.kind === 'ratio' ? metric : { failMargin: 1.1, passMargin: 2, floor: null };
  const weights = policy.metrics.reduce((sum, one) => sum + one.weight, 0);
  const share = metric === undefined ? 1 : metric.weight / weights;
  const onset = policy.onset === null ? 0 : -Math.log(policy.onset.w0);
  const against = Math.log(1 / policy.alpha) + Math.log(1 / share) + onset + FAIL_MIXTURE_NATS;
  const atLeast = policy.capFraction === null ? 1 : Math.ceil(1 / policy.capFraction);
  const at = { baseline, weight: weightPercent / 100, phi: policy.phi };
  const inLooks = (seconds: number, looks: number) => (Number.isFinite(seconds) ? Math.max(looks, Math.ceil(seconds / policy.lookSeconds)) * policy.lookSeconds : null);
  const byRatio = Math.log(1 / policy.beta) / nats(at, { ratio: 1, margin: margins.passMargin });
  const byFloor = margins.floor === null || baseline.badShare >= margins.floor ? Infinity : Math.log(1 / policy.beta) / (at.weight * baseline.requestsPerSecond * binaryDivergence(baseline.badShare, margins.floor));
  return {
    weightPercent,
    secondsToFail: Object.fromEntries(FORECAST_FACTORS.map((factor) => [String(factor), factor <= margins.failMargin ? null : inLooks(against / nats(at, { ratio: factor, margin: margins.failMargin }), atLeast)])),
    secondsToPass: inLooks(Math.max(Math.min(byRatio, byFloor), policy.minBakeSeconds), atLeast),
  };
}

/** Evidence per second, in nats, for a true ratio against a margin. */
function nats({ baseline, weight, phi }: { readonly baseline: Baseline; readonly weight: number; readonly phi: number }, { ratio, margin }: { readonly ratio: number; readonly margin: number }): number {
  const canaryShare = (of: number) => (weight * of) / (weight * of + 1 - weight);
  const badPerSecond = baseline.requestsPerSecond * baseline.badShare * (1 + weight * (ratio - 1));
  return (badPerSecond * binaryDivergence(canaryShare(ratio), canaryShare(margin))) / phi;
}

/** The Kullback-Leibler divergence of two coins. */
function binaryDivergence(one: number, other: number): number {
  const part = (p: number, q: number) => (p === 0 ? 0 : p * Math.log(p / q));
  return part(one, other) + part(1 - one, 1 - other);
}

function inWords(seconds: number): string {
  return seconds >= 120 ? `${Math.round(seconds / 60)} minutes` : `${seconds} s`;
}
