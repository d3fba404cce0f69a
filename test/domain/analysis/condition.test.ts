import { describe, expect, test } from 'vitest';

import type { Conditions } from '#domain/analysis/condition';
import { classifyMeasurement } from '#domain/analysis/condition';

function classify(value: number, conditions: Conditions) {
  return classifyMeasurement({ kind: 'value', value }, conditions);
}

describe('a measurement with both conditions', () => {
  const conditions: Conditions = { success: { op: '<', value: 1 }, failure: { op: '>=', value: 5 } };

  test.each([
    [0.5, 'Successful', '0.5 is < 1, which is the success condition'],
    [5, 'Failed', '5 is >= 5, which is the failure condition'],
    [1, 'Inconclusive', '1 is neither < 1 (success) nor >= 5 (failure)'],
    [Number.NaN, 'Inconclusive', 'NaN (no number) is neither < 1 (success) nor >= 5 (failure)'],
  ])('%d is %s: %s', (value, phase, reason) => {
    expect(classify(value, conditions)).toEqual({ phase, reason });
  });

  test('is Failed where both hold', () => {
    expect(classify(3, { success: { op: '<', value: 10 }, failure: { op: '>', value: 1 } }).phase).toBe('Failed');
  });
});

describe('a measurement with one condition', () => {
  test('is Failed where success does not hold, also for NaN', () => {
    const conditions: Conditions = { success: { op: '<=', value: 1 } };
    expect(classify(1, conditions)).toEqual({ phase: 'Successful', reason: '1 is <= 1, which is the success condition' });
    expect(classify(1.23456789, conditions)).toEqual({ phase: 'Failed', reason: '1.23457 is not <= 1, which is the success condition' });
    expect(classify(Number.NaN, conditions)).toEqual({ phase: 'Failed', reason: 'NaN (no number) is not <= 1, which is the success condition' });
  });

  test('is Successful where failure does not hold, also for NaN', () => {
    const conditions: Conditions = { failure: { op: '>', value: 1 } };
    expect(classify(2, conditions).phase).toBe('Failed');
    expect(classify(1, conditions)).toEqual({ phase: 'Successful', reason: '1 is not > 1, which would be the failure condition' });
    expect(classify(Number.NaN, conditions).phase).toBe('Successful');
  });

  test.each([
    ['<', 1, false], ['<', 0, true], ['<=', 1, true], ['>', 1, false], ['>', 2, true], ['>=', 1, true], ['>=', 0, false],
    ['<', -Infinity, true], ['>=', Infinity, true],
  ] as const)('%s 1 for %d is %j', (op, value, expected) => {
    expect(classify(value, { success: { op, value: 1 } }).phase === 'Successful').toBe(expected);
  });
});

describe('a measurement without conditions or without a value', () => {
  test('is Successful, as in the code of Argo Rollouts, where it has a value', () => {
    expect(classify(3, {}).phase).toBe('Successful');
  });

  test('keeps the reason of its source', () => {
    const conditions: Conditions = { success: { op: '<', value: 1 } };
    expect(classifyMeasurement({ kind: 'error', reason: 'the source timed out' }, conditions)).toEqual({ phase: 'Error', reason: 'the source timed out' });
    expect(classifyMeasurement({ kind: 'inconclusive', reason: '3 requests of 20' }, conditions)).toEqual({ phase: 'Inconclusive', reason: '3 requests of 20' });
  });
});
