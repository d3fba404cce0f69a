import { describe, expect, it } from 'vitest';

import { MAXIMUM_ATTEMPTS, retryDelayMilliseconds } from '#standalone/retries';

describe('the wait before a retry', () => {
  const longest = (failures: number) => retryDelayMilliseconds(failures, () => 1);

  it('doubles from one second to a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 15].map(longest)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('is spread from nothing to the longest', () => {
    expect(retryDelayMilliseconds(4, () => 0)).toBe(0);
    expect(retryDelayMilliseconds(4, () => 0.25)).toBe(2000);
  });

  it('is a whole number of milliseconds, as the database stores times', () => {
    expect(retryDelayMilliseconds(3, () => 0.123_456_789)).toBe(494);
  });

  it('adds up to ten minutes at the most over all attempts', () => {
    const waits = Array.from({ length: MAXIMUM_ATTEMPTS - 1 }, (_, index) => longest(index + 1));
    expect(waits.reduce((sum, one) => sum + one, 0)).toBe(603_000);
  });
});
