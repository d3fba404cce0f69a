import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { RunMetric } from '#domain/analysis/assess-run';
import { assessAtHorizon, assessRun } from '#domain/analysis/assess-run';
import { NO_MEASUREMENTS } from '#domain/analysis/threshold';

const limits = { intervalSeconds: 10 };
const running: RunMetric = { name: 'running', limits, counters: { ...NO_MEASUREMENTS, count: 2, successful: 2, consecutiveSuccess: 2 } };
const unseen: RunMetric = { name: 'unseen', limits, counters: NO_MEASUREMENTS };
const successful: RunMetric = { ...running, name: 'successful', limits: { ...limits, count: 2 } };
const failed: RunMetric = { name: 'failed', limits, counters: { ...NO_MEASUREMENTS, count: 3, successful: 2, failed: 1 } };
const inconclusive: RunMetric = { name: 'inconclusive', limits, counters: { ...NO_MEASUREMENTS, count: 1, inconclusive: 1 } };
const broken: RunMetric = { name: 'broken', limits, counters: { ...NO_MEASUREMENTS, error: 5, consecutiveError: 5 } };

describe('an analysis', () => {
  test('runs while one of its metrics does', () => {
    expect(assessRun([successful, running], false)).toMatchObject({ phase: 'Running', reason: 'running: 2 successful so far, within its limits' });
  });

  test('is Successful once all of them are, and says why', () => {
    expect(assessRun([successful, { ...successful, name: 'other' }], false)).toMatchObject({
      phase: 'Successful',
      reason: 'successful: all 2 measurements taken: 2 successful, within its limits; other: all 2 measurements taken: 2 successful, within its limits',
    });
  });

  test('is as bad as its worst metric: Failed before Error before Inconclusive', () => {
    expect(assessRun([inconclusive, failed, broken], false)).toMatchObject({ phase: 'Failed', reason: 'failed: 1 failed of 3 measurements, more than the 0 tolerated' });
    expect(assessRun([inconclusive, broken], false)).toMatchObject({ phase: 'Error', reason: 'broken: 5 errors in a row, more than the 4 tolerated' });
    expect(assessRun([inconclusive, successful], false).phase).toBe('Inconclusive');
  });

  test.each([failed, inconclusive, broken])('is ended by a metric that is $name, and the others with it', (bad) => {
    const assessed = assessRun([running, bad], false);
    expect(assessed.phase).not.toBe('Running');
    expect(assessed.metrics).toMatchObject([{ name: 'running', phase: 'Successful', reason: 'ended with 2 successful, within its limits' }, { name: bad.name }]);
  });

  test('is never changed by a dry run, which is judged all the same', () => {
    const dry: RunMetric = { ...failed, dryRun: true };
    expect(assessRun([successful, dry], false)).toMatchObject({ phase: 'Successful', metrics: [{}, { name: 'failed', dryRun: true, phase: 'Failed' }] });
    expect(assessRun([running, dry], false).phase).toBe('Running');
    expect(assessRun([successful, { ...running, dryRun: true }], false).phase).toBe('Successful');
  });

  test('of dry runs alone is Successful when they are done', () => {
    expect(assessRun([{ ...failed, dryRun: true }], false)).toMatchObject({ phase: 'Successful', reason: 'only dry runs: failed: 1 failed of 3 measurements, more than the 0 tolerated' });
    expect(assessRun([{ ...running, dryRun: true }], false).phase).toBe('Running');
  });

  test('that is ended is Successful unless something spoke against it', () => {
    expect(assessRun([running, unseen], true).phase).toBe('Successful');
    expect(assessRun([running, inconclusive], true).phase).toBe('Inconclusive');
  });

  test('without metrics has nothing to end it', () => {
    expect(assessRun([], false)).toEqual({ phase: 'Running', reason: 'no metrics to judge', metrics: [] });
  });

  test('gives one verdict whatever the order of its metrics', () => {
    const metrics = fc.shuffledSubarray([running, unseen, successful, failed, inconclusive, broken], { minLength: 1 });
    fc.assert(fc.property(metrics, fc.boolean(), (some, terminating) => {
      expect(assessRun(some.toReversed(), terminating).phase).toBe(assessRun(some, terminating).phase);
    }));
  });
});

describe('an analysis that ran until its horizon', () => {
  test('is Successful where all metrics were measured and none spoke against it', () => {
    expect(assessAtHorizon([running, successful]).phase).toBe('Successful');
    expect(assessAtHorizon([running, failed]).phase).toBe('Failed');
  });

  test('is Inconclusive where a metric was never measured, with that as its reason', () => {
    expect(assessAtHorizon([running, unseen])).toMatchObject({ phase: 'Inconclusive', reason: 'unseen: no measurement until the horizon' });
    expect(assessAtHorizon([running, { ...unseen, dryRun: true }]).phase).toBe('Successful');
  });

  test('keeps a worse phase of a metric that gave nothing but errors', () => {
    expect(assessAtHorizon([broken])).toMatchObject({ phase: 'Error' });
    const fewErrors: RunMetric = { ...broken, counters: { ...NO_MEASUREMENTS, error: 2, consecutiveError: 2 } };
    expect(assessAtHorizon([fewErrors])).toMatchObject({ phase: 'Inconclusive' });
  });
});
