import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import type { MeasurementPhase } from '#domain/analysis/condition';
import type { MetricCounters, MetricLimits } from '#domain/analysis/threshold';
import { assessMetric, countMeasurement, effectiveCount, NO_MEASUREMENTS } from '#domain/analysis/threshold';
import { hasShared, readShared } from '#test/shared-data';

const ASSESSED = 'conformance/argo_assess_metric_status.json';

const limit = z.int().nullable();
const row = z.strictObject({
  test: z.string(), comment: z.string(), terminating: z.boolean(), expect: z.string(),
  state: z.strictObject({
    interval: z.string().nullable(), count: limit, failureLimit: limit, inconclusiveLimit: limit, consecutiveSuccessLimit: limit, consecutiveErrorLimit: limit,
    Successful: z.int(), Failed: z.int(), Inconclusive: z.int(), Error: z.int(), Count: z.int(), ConsecutiveError: z.int(), ConsecutiveSuccess: z.int(),
  }),
});

describe.runIf(hasShared(ASSESSED))("Argo's table of metrics assessed", () => {
  const rows = hasShared(ASSESSED) ? readShared(ASSESSED, z.array(row)) : [];

  test.each(rows.map((one, index) => ({ ...one, index })))('row $index: $test $comment, terminating $terminating, is $expect', ({ state, terminating, expect: phase }) => {
    const counters: MetricCounters = {
      count: state.Count, successful: state.Successful, failed: state.Failed, inconclusive: state.Inconclusive, error: state.Error,
      consecutiveError: state.ConsecutiveError, consecutiveSuccess: state.ConsecutiveSuccess,
    };
    const { interval, count, failureLimit, inconclusiveLimit, consecutiveSuccessLimit, consecutiveErrorLimit } = state;
    const limits: MetricLimits = {
      intervalSeconds: interval === null ? null : Number.parseInt(interval, 10), count, failureLimit, inconclusiveLimit, consecutiveSuccessLimit, consecutiveErrorLimit,
    };
    expect(assessMetric(counters, limits, terminating).phase).toBe(phase);
  });

  test('has all its rows', () => {
    expect(rows).toHaveLength(50);
  });
});

/** The counters after measurements, named by their first letters. */
function after(letters: string): MetricCounters {
  const phases: Readonly<Record<string, MeasurementPhase>> = { S: 'Successful', F: 'Failed', I: 'Inconclusive', E: 'Error' };
  return [...letters].reduce((counters, letter) => countMeasurement(counters, phases[letter] ?? 'Error'), NO_MEASUREMENTS);
}

describe('counting measurements', () => {
  test('an error is no measurement, and ends successes in a row', () => {
    expect(after('SSE')).toEqual({ count: 2, successful: 2, failed: 0, inconclusive: 0, error: 1, consecutiveError: 1, consecutiveSuccess: 0 });
  });

  test('any measurement ends errors in a row, and all but successes end successes in a row', () => {
    expect(after('EES')).toMatchObject({ error: 2, consecutiveError: 0, consecutiveSuccess: 1 });
    expect(after('EEF')).toMatchObject({ consecutiveError: 0, consecutiveSuccess: 0, failed: 1 });
    expect(after('SSI')).toMatchObject({ consecutiveSuccess: 0, inconclusive: 1 });
  });

  test('failures add up, whatever lies between them', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('S', 'F', 'I', 'E'), maxLength: 40 }), (letters) => {
        const counters = after(letters);
        expect(counters.failed).toBe([...letters].filter((letter) => letter === 'F').length);
        expect(counters.count + counters.error).toBe(letters.length);
        expect(counters.count).toBe(counters.successful + counters.failed + counters.inconclusive);
        expect(counters.consecutiveError).toBe(letters.length - letters.replace(/E+$/, '').length);
        expect(counters.consecutiveSuccess).toBe(letters.length - letters.replace(/S+$/, '').length);
      }),
    );
  });
});

describe('assessing a metric', () => {
  const endless: MetricLimits = { intervalSeconds: 10 };

  test.each([
    ['', endless, 'Running', 'no measurement yet'],
    ['F', endless, 'Failed', '1 failed of 1 measurements, more than the 0 tolerated'],
    ['I', endless, 'Inconclusive', '1 inconclusive of 1 measurements, more than the 0 tolerated'],
    ['EEEE', endless, 'Running', '0 successful, 4 errors so far, within its limits'],
    ['EEEEE', endless, 'Error', '5 errors in a row, more than the 4 tolerated'],
    ['FI', endless, 'Inconclusive', '1 inconclusive of 2 measurements, more than the 0 tolerated'],
    ['FIEEEEE', endless, 'Error', '5 errors in a row, more than the 4 tolerated'],
    ['FF', { ...endless, failureLimit: 2 }, 'Running', '0 successful, 2 failed so far, within its limits'],
    ['FFF', { ...endless, failureLimit: -1 }, 'Running', '0 successful, 3 failed so far, within its limits'],
    ['SSFS', { ...endless, count: 4, failureLimit: 1 }, 'Successful', 'all 4 measurements taken: 3 successful, 1 failed, within its limits'],
    ['S', {}, 'Successful', 'all 1 measurements taken: 1 successful, within its limits'],
    ['SS', { ...endless, consecutiveSuccessLimit: 2 }, 'Successful', '2 successes in a row, 2 are enough'],
    ['SFS', { count: 3, failureLimit: 1, consecutiveSuccessLimit: 2 }, 'Inconclusive', 'all 3 measurements taken, the last 1 successful in a row, 2 wanted'],
    ['SFS', { count: 3, failureLimit: -1, consecutiveSuccessLimit: 2 }, 'Failed', 'all 3 measurements taken, the last 1 successful in a row, 2 wanted'],
  ] as const)('after "%s" with %j is %s: %s', (letters, limits, phase, reason) => {
    expect(assessMetric(after(letters), limits, false)).toEqual({ phase, reason });
  });

  test('that is ended within its limits is Successful, and says what was seen', () => {
    expect(assessMetric(after(''), endless, true)).toEqual({ phase: 'Successful', reason: 'ended before its first measurement' });
    expect(assessMetric(after('SE'), endless, true)).toEqual({ phase: 'Successful', reason: 'ended with 1 successful, 1 errors, within its limits' });
  });

  test('takes one measurement without count and interval, and any number with an interval alone', () => {
    expect(effectiveCount({})).toBe(1);
    expect(effectiveCount({ count: 0, intervalSeconds: 5 })).toBe(Infinity);
    expect(effectiveCount({ count: 7, intervalSeconds: 5 })).toBe(7);
  });
});
