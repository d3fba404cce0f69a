import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { emptySketch } from '#domain/analysis/latency-sketch';
import { NO_LOOKS, afterLook, judgeTarget, judgeTargets, measureLook, totalsOf } from '#domain/analysis/look';
import type { AnalysisProgress, SideTotals } from '#domain/analysis/look';
import { analysisTemplateSpec } from '#domain/resources/analysis-template';
import type { AnalysisTemplateSpec } from '#domain/resources/analysis-template';

import { sketchOf } from './sketch-of.ts';

const SILENT: SideTotals = { requests: 0, errors: 0, latency: emptySketch };

/** A side's totals: requests, errors, and one latency for all of them. */
function side(requests: number, errors = 0, latencySeconds = 0.1): SideTotals {
  return { requests, errors, latency: requests === 0 ? emptySketch : sketchOf([latencySeconds]) };
}

type Metric = { readonly [field: string]: unknown };

function templateOf(...metrics: readonly Metric[]): AnalysisTemplateSpec {
  const whole = metrics.map((metric, index) => ({ name: `metric-${index + 1}`, measure: 'errorPercent', failure: { op: '>', value: 2 }, ...metric }));
  return analysisTemplateSpec.parse({ lookSeconds: 10, horizonSeconds: 60, metrics: whole });
}

function lookAt(metric: Metric, canary: SideTotals, stable: SideTotals = SILENT) {
  const [look] = measureLook(templateOf(metric), { canary, stable });
  if (look === undefined) throw new Error('a metric gave no look');
  return look;
}

type Sides = readonly [canary: SideTotals, stable?: SideTotals];

function progressOf(template: AnalysisTemplateSpec, looks: readonly Sides[]): AnalysisProgress {
  return looks.reduce<AnalysisProgress>((progress, [canary, stable = SILENT]) => afterLook(progress, measureLook(template, { canary, stable })), NO_LOOKS);
}

describe('a look at one metric', () => {
  test.each([
    ['canary', 5, 'Failed'], ['stable', 1, 'Successful'], ['difference', 4, 'Failed'], ['ratio', 5, 'Failed'],
  ])('measures errorPercent of the %s side as %d', (of, value, outcome) => {
    expect(lookAt({ side: of }, side(100, 5), side(200, 2))).toMatchObject({ metric: 'metric-1', value, outcome, requests: 100 });
  });

  test.each([['latencyP50Milliseconds'], ['latencyP95Milliseconds'], ['latencyP99Milliseconds']])('measures %s to within 1 %', (measure) => {
    const { value } = lookAt({ measure }, side(10, 0, 0.25));
    expect(value).toBeGreaterThan(247);
    expect(value).toBeLessThan(253);
  });

  test('measures requests, and none is a number too', () => {
    expect(lookAt({ measure: 'requests', failure: { op: '<', value: 1 } }, side(7))).toMatchObject({ value: 7, outcome: 'Successful' });
    expect(lookAt({ measure: 'requests', failure: { op: '<', value: 1 } }, SILENT)).toMatchObject({ value: 0, outcome: 'Failed' });
  });

  test.each([
    ['canary', SILENT, side(9), 'the canary had no requests'], ['stable', side(9), SILENT, 'the stable side had no requests'],
    ['difference', side(9), SILENT, 'the stable side had no requests'], ['difference', SILENT, side(9), 'the canary had no requests'], ['ratio', side(9), SILENT, 'the stable side had no requests'],
  ])('of the %s side without the data it needs is no measurement', (of, canary, stable, reason) => {
    expect(lookAt({ side: of }, canary, stable)).toMatchObject({ value: null, outcome: 'NoData', reason: expect.stringContaining(reason) });
  });

  test('to a stable side of zero has no ratio, unless the canary has zero too: then both are equal', () => {
    expect(lookAt({ side: 'ratio' }, side(100, 5), side(100))).toMatchObject({ value: null, outcome: 'Inconclusive', reason: 'metric-1 (errorPercent, ratio): the stable side\'s errorPercent is 0: there is no ratio to it, 100 canary requests' });
    expect(lookAt({ side: 'ratio' }, side(100), side(100))).toMatchObject({ value: 1, outcome: 'Successful' });
    expect(lookAt({ side: 'ratio' }, side(100), side(100, 5))).toMatchObject({ value: 0, outcome: 'Successful' });
  });

  test.each([[0, 'NoData'], [1, 'Inconclusive'], [19, 'Inconclusive'], [20, 'Successful']])('with %i of at least 20 requests is %s', (requests, outcome) => {
    expect(lookAt({ minimumRequests: 20 }, side(requests))).toMatchObject({ outcome });
  });

  test('says in its reason what was measured, of whom, and by how many requests', () => {
    expect(lookAt({}, side(40, 2)).reason).toBe('metric-1 (errorPercent, canary): 5 is > 2, which is the failure condition, 40 canary requests');
  });
});

describe('the totals of a side', () => {
  test('are the sums of its samples', () => {
    const slow = { requests: 2, errors: 1, latency: sketchOf([2]) };
    const total = totalsOf([slow, { requests: 3, errors: 0, latency: sketchOf([0]) }, slow]);
    expect(total).toMatchObject({ requests: 7, errors: 2, latency: { zeros: 1 } });
    expect(total.latency.buckets.map(([, count]) => count)).toEqual([2]);
    expect(totalsOf([])).toEqual(SILENT);
  });
});

describe('the judgement of one target', () => {
  const plain = templateOf({ failureLimit: 1 });
  const good: Sides = [side(50)];
  const bad: Sides = [side(50, 5)];
  const silent: Sides = [SILENT, side(50)];

  test.each<readonly [string, readonly Sides[], boolean, string]>([
    ['nothing seen yet', [], false, 'Running'],
    ['as many failures as tolerated', [good, bad], false, 'Running'],
    ['one failure too many', [bad, good, bad], false, 'Failed'],
    ['silence before the horizon', [silent, silent, silent], false, 'Running'],
    ['silence until the horizon', [silent, silent, silent], true, 'Inconclusive'],
    ['silence in between', [good, silent, good], true, 'Successful'],
    ['good looks until the horizon', [good, good], true, 'Successful'],
    ['no look until the horizon', [], true, 'Inconclusive'],
  ])('after %s', (_, looks, isOver, phase) => {
    expect(judgeTarget(plain, progressOf(plain, looks), isOver).phase).toBe(phase);
  });

  test('of silence gives that as the reason', () => {
    expect(judgeTarget(plain, progressOf(plain, [silent]), true)).toEqual({ phase: 'Inconclusive', reason: 'no data: the canary had no request' });
  });

  test('of a stable side that was never there gives that as the reason', () => {
    const ratio = templateOf({ side: 'ratio' });
    const judged = judgeTarget(ratio, progressOf(ratio, [[side(50)], [side(50)]]), true);
    expect(judged.phase).toBe('Inconclusive');
    expect(judged.reason).toContain('no measurement until the horizon');
    expect(judged.reason).toContain('the stable side had no requests');
  });

  test('is ended by its count before the horizon', () => {
    const counted = templateOf({ count: 2 });
    expect(judgeTarget(counted, progressOf(counted, [good]), false).phase).toBe('Running');
    expect(judgeTarget(counted, progressOf(counted, [good, silent]), false).phase).toBe('Running');
    expect(judgeTarget(counted, progressOf(counted, [good, silent, good]), false).phase).toBe('Successful');
  });

  test('tolerates as many thin looks as it says', () => {
    const thin = templateOf({ minimumRequests: 100, inconclusiveLimit: 1 });
    expect(judgeTarget(thin, progressOf(thin, [good]), false).phase).toBe('Running');
    expect(judgeTarget(thin, progressOf(thin, [good, good]), false).phase).toBe('Inconclusive');
  });

  test('leaves dry runs out, whatever they find', () => {
    const dry = templateOf({ dryRun: true }, { measure: 'requests', failure: { op: '<', value: 1 }, count: 1 });
    expect(judgeTarget(dry, progressOf(dry, [bad]), false).phase).toBe('Successful');
    const alone = templateOf({ dryRun: true });
    expect(judgeTarget(alone, progressOf(alone, [bad, bad]), true).phase).toBe('Successful');
  });

  test('names the worst metric, and what was last said against it', () => {
    const two = templateOf({}, { failure: { op: '>', value: 50 } });
    expect(judgeTarget(two, progressOf(two, [bad]), false)).toEqual({
      phase: 'Failed', reason: 'metric-1: 1 failed of 1 measurements, more than the 0 tolerated; last metric-1 (errorPercent, canary): 10 is > 2, which is the failure condition, 50 canary requests',
    });
  });

  test('is never Failed by looks without data, however many', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(good, silent), { maxLength: 20 }), fc.boolean(), (looks, isOver) => {
      expect(['Running', 'Successful', 'Inconclusive']).toContain(judgeTarget(plain, progressOf(plain, looks), isOver).phase);
    }));
  });
});

describe('the judgement of all targets', () => {
  const of = (target: string, phase: 'Running' | 'Successful' | 'Failed' | 'Inconclusive' | 'Error') => ({ target, phase, reason: `reason of ${target}` });

  test('is that of the only one, in its own words', () => {
    expect(judgeTargets([of('edge-1', 'Failed')])).toEqual({ phase: 'Failed', reason: 'reason of edge-1' });
  });

  test.each([
    [['Successful', 'Running'], 'Running', 'b'], [['Inconclusive', 'Running'], 'Inconclusive', 'a'], [['Inconclusive', 'Error'], 'Error', 'b'], [['Failed', 'Error'], 'Failed', 'a'], [['Failed', 'Failed'], 'Failed', 'a'], [['Successful', 'Successful'], 'Successful', 'a'],
  ] as const)('of %j is %s, by the target it names', (phases, phase, target) => {
    expect(judgeTargets([of('a', phases[0]), of('b', phases[1])])).toEqual({ phase, reason: `${target}: reason of ${target}` });
  });

  test('of no target at all is Inconclusive', () => {
    expect(judgeTargets([])).toEqual({ phase: 'Inconclusive', reason: 'no data: there is no target to look at' });
  });
});
