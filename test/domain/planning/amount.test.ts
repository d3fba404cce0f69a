import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseAmount, replicaLimits, resolveAmount, rollingBatches } from '#domain/planning/amount';

const amount = fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`));
const replicas = fc.integer({ min: 0, max: 50 });

describe('an amount', () => {
  test.each([
    [0, { outcome: 'count', count: 0 }], [3, { outcome: 'count', count: 3 }],
    ['0%', { outcome: 'percent', percent: 0 }], ['25%', { outcome: 'percent', percent: 25 }], ['100%', { outcome: 'percent', percent: 100 }],
  ])('%j is read', (value, expected) => {
    expect(parseAmount(value)).toEqual(expected);
  });

  test.each([-1, 1.5, Number.NaN, '25', '101%', '-5%', '2.5%', '05%', ' 5%', '', null, undefined])('%j is refused with the value in words', (value) => {
    expect(parseAmount(value)).toMatchObject({ outcome: 'refused', problem: expect.stringContaining('a percentage from "0%" to "100%", is ') });
    expect(parseAmount('x%')).toEqual({ outcome: 'refused', problem: 'must be a whole number from 0 or a percentage from "0%" to "100%", is "x%"' });
  });

  test.each([
    ['25%', 10, 3, 2], ['25%', 4, 1, 1], ['1%', 10, 1, 0], ['0%', 10, 0, 0], ['100%', 7, 7, 7], [5, 3, 5, 5], ['50%', 0, 0, 0], ['7%', 100, 7, 7],
  ])('%j of %i is %i rounded up and %i rounded down', (value, total, up, down) => {
    expect(resolveAmount(value, total, 'up')).toBe(up);
    expect(resolveAmount(value, total, 'down')).toBe(down);
  });

  test('that nothing let through is a bug, and says so', () => {
    expect(() => resolveAmount('many', 3, 'up')).toThrow(RangeError);
  });
});

describe('surge and unavailability', () => {
  test.each([
    [10, '25%', '25%', { surge: 3, unavailable: 2 }], [10, 0, 0, { surge: 0, unavailable: 1 }], [10, 0, '5%', { surge: 0, unavailable: 1 }],
    [10, 1, 0, { surge: 1, unavailable: 0 }], [2, 0, 5, { surge: 0, unavailable: 2 }], [0, 0, 0, { surge: 0, unavailable: 0 }],
  ])('of %i replicas with maxSurge %j and maxUnavailable %j are %j', (count, maxSurge, maxUnavailable, expected) => {
    expect(replicaLimits(count, { maxSurge, maxUnavailable })).toEqual(expected);
  });
});

describe('the batches of a rolling replacement', () => {
  test('replace batchSize instances at a time, and end with all new', () => {
    expect(rollingBatches({ replicas: 5, batchSize: 2, maxUnavailable: 1 })).toEqual([
      { newReplicas: 2, stableReplicas: 3, unavailableReplicas: 1, surgeReplicas: 1 },
      { newReplicas: 4, stableReplicas: 1, unavailableReplicas: 1, surgeReplicas: 1 },
      { newReplicas: 5, stableReplicas: 0, unavailableReplicas: 1, surgeReplicas: 0 },
    ]);
  });

  test('start new ones first where none may be unavailable', () => {
    expect(rollingBatches({ replicas: 4, batchSize: '50%', maxUnavailable: '20%' })).toEqual([
      { newReplicas: 2, stableReplicas: 2, unavailableReplicas: 0, surgeReplicas: 2 },
      { newReplicas: 4, stableReplicas: 0, unavailableReplicas: 0, surgeReplicas: 2 },
    ]);
  });

  test('are at least one instance, and none without replicas', () => {
    expect(rollingBatches({ replicas: 3, batchSize: '0%', maxUnavailable: 0 })).toHaveLength(3);
    expect(rollingBatches({ replicas: 3, batchSize: 0, maxUnavailable: 0 })).toHaveLength(3);
    expect(rollingBatches({ replicas: 0, batchSize: 1, maxUnavailable: 0 })).toEqual([]);
  });

  test('never leave fewer than n − maxUnavailable ready, always go on, and end at n', () => {
    fc.assert(
      fc.property(replicas, amount, amount, (count, batchSize, maxUnavailable) => {
        const batches = rollingBatches({ replicas: count, batchSize, maxUnavailable });
        const allowed = resolveAmount(maxUnavailable, count, 'down');
        let before = { newReplicas: 0, stableReplicas: count };
        for (const batch of batches) {
          const replaced = batch.newReplicas - before.newReplicas;
          const leastReady = before.newReplicas + before.stableReplicas - batch.unavailableReplicas;
          expect(leastReady).toBeGreaterThanOrEqual(count - allowed);
          expect(batch.newReplicas + batch.stableReplicas).toBe(count);
          expect(replaced).toBeGreaterThan(0);
          expect(batch.unavailableReplicas + batch.surgeReplicas).toBe(replaced);
          before = batch;
        }
        expect(before).toMatchObject({ newReplicas: count, stableReplicas: 0 });
        expect(batches.length).toBeLessThanOrEqual(count);
      }),
    );
  });
});
