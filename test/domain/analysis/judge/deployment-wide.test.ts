import { describe, expect, it } from 'vitest';

import { fleetEvidence, targetsToRollBack } from '#domain/analysis/judge/fleet-evidence';
import { overDispersion } from '#domain/analysis/judge/over-dispersion';
import { forecastPlan, forecastStep } from '#domain/analysis/judge/planner';
import { judgePolicy } from '#domain/analysis/judge/policy';
import { NO_SAMPLE_RATIO, addToSampleRatio, checkSampleRatio } from '#domain/analysis/judge/sample-ratio';

describe('the sample-ratio check', () => {
  const after = (looks: readonly (readonly [weightPercent: number, canary: number, stable: number])[]) => checkSampleRatio(looks.reduce((ratio, [weightPercent, canary, stable]) => addToSampleRatio(ratio, { weightPercent, canary, stable }), NO_SAMPLE_RATIO));

  it('says nothing of a router that does as it is told, on a ramp too', () => {
    expect(after([[5, 50, 950], [5, 49, 951], [10, 101, 899], [50, 499, 501], [100, 1000, 0]])).toMatchObject({ isOff: false });
    expect(after([])).toEqual({ isOff: false, logEvidence: 0, reason: 'no requests yet' });
  });

  it('finds 13 % where 10 % were commanded, and says it in numbers', () => {
    expect(after([[10, 650, 4350]])).toMatchObject({ isOff: true, reason: 'the canary had 13 % of 5,000 requests at a weight of 10 %: traffic is not routed as commanded' });
  });

  it('keeps what it found under an earlier weight', () => {
    expect(after([[10, 650, 4350], [50, 10, 10]]).isOff).toBe(true);
  });
});

describe('the evidence of a fleet', () => {
  it('adds up what is small everywhere, and sees what is large somewhere', () => {
    const small = fleetEvidence(Array.from({ length: 10 }, () => 0.5));
    expect(small).toMatchObject({ product: 5, mean: expect.closeTo(0.5, 9) });
    expect(small.mixture).toBeCloseTo(Math.log((Math.exp(5) + Math.exp(0.5)) / 2), 9);
    const one = fleetEvidence([8, -3, -3, -3]);
    expect(one.product).toBe(-1);
    expect(one.mixture).toBeGreaterThan(Math.log(20));
    expect(fleetEvidence([])).toEqual({ product: 0, mean: 0, mixture: 0 });
  });

  it('rolls back alone only what has the evidence for all', () => {
    const targets = [{ target: 'a', log: Math.log(79) }, { target: 'b', log: Math.log(81) }, { target: 'c', log: 0 }, { target: 'd', log: -1 }];
    expect(targetsToRollBack(targets, 0.05)).toEqual(['b']);
  });
});

describe('over-dispersion', () => {
  it('is 1 where the baseline varies by no more than chance', () => {
    expect(overDispersion([{ total: 100, bad: 5 }, { total: 100, bad: 5 }, { total: 100, bad: 5 }])).toEqual({ phi: 1, looks: 3 });
    expect(overDispersion([])).toEqual({ phi: 1, looks: 0 });
    expect(overDispersion([{ total: 100, bad: 0 }, { total: 50, bad: 0 }])).toEqual({ phi: 1, looks: 2 });
  });

  it('is Pearson\'s χ² per degree of freedom', () => {
    // By hand: the share is 10/200 = 0.05, so (10 − 5)² ÷ (100 · 0.05 · 0.95) = 5.2632, twice, over one degree of freedom.
    expect(overDispersion([{ total: 100, bad: 10 }, { total: 100, bad: 0 }, { total: 0, bad: 0 }])).toEqual({ phi: expect.closeTo(10.526316, 6), looks: 2 });
  });
});

describe('the planner', () => {
  const policy = judgePolicy.parse({ metrics: [{ name: 'errors', kind: 'ratio' }] });

  it.each([
    // Requests a second, weight, and the medians in seconds that simulation found for four times 0.5 % of errors, and for a healthy canary.
    [50, 10, 130, 450], [50, 20, 80, 270], [50, 50, 60, 300], [200, 10, 50, 300],
  ] as const)('forecasts for %d requests a second at %d %% what simulation finds, within a half', (requestsPerSecond, weight, toFail, toPass) => {
    const step = forecastStep(policy, { requestsPerSecond, badShare: 0.005 }, weight);
    expect(Math.abs((step.secondsToFail['4'] ?? 0) - toFail) / toFail).toBeLessThan(0.5);
    expect(Math.abs((step.secondsToPass ?? 0) - toPass) / toPass).toBeLessThan(0.5);
  });

  it('warns of what the plan cannot see, and suggests a weight that can', () => {
    const slow = forecastPlan(policy, { requestsPerSecond: 10, badShare: 0.005 }, [{ weightPercent: 5, seconds: 600 }, { weightPercent: 10, seconds: 1800 }]);
    expect(slow.warnings).toEqual(['errors that are 1.5 times or 2 times as frequent are not likely to be seen within the 40 minutes of the plan', expect.stringContaining('a healthy canary is not likely to be called Successful')]);
    expect(slow.suggestedWeightPercent).toBe(10);
    expect(forecastPlan(policy, { requestsPerSecond: 500, badShare: 0.01 }, [{ weightPercent: 20, seconds: 1800 }]).warnings).toEqual([]);
  });

  it('knows that nothing is seen without errors to compare, but that a floor lets a clean canary pass', () => {
    const step = forecastStep(policy, { requestsPerSecond: 100, badShare: 0 }, 10);
    expect(step.secondsToFail['4']).toBeNull();
    expect(step.secondsToPass).toBe(300);
  });

  it('looks longer where evidence is tempered', () => {
    const at = (phi: number) => forecastStep(judgePolicy.parse({ phi, metrics: [{ name: 'errors', kind: 'ratio' }] }), { requestsPerSecond: 50, badShare: 0.005 }, 10).secondsToFail['4'];
    expect(at(3)).toBeGreaterThan(2 * (at(1) ?? Infinity));
  });
});
