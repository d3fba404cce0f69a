import { describe, expect, it } from 'vitest';

import { systemSleeper } from '#standalone/clock';

describe('the sleeper', () => {
  const sleeper = systemSleeper({ now: () => 1000, sleep: () => Promise.reject(new Error('it has timers of its own')) });

  it('does not wait for what is over', async () => {
    await expect(sleeper.sleepUntil(1000, new AbortController().signal)).resolves.toBeUndefined();
  });

  it('waits no longer when the clock is set back meanwhile', async () => {
    let looks = 0;
    // One look when it begins; then the clock is six hours behind, and goes on by a millisecond with each look.
    const setBack = systemSleeper({ now: () => ((looks += 1) === 1 ? 1000 : 1000 - 6 * 3_600_000 + looks), sleep: () => Promise.reject(new Error('it has timers of its own')) });
    await expect(setBack.sleepUntil(1000 + 2, new AbortController().signal)).resolves.toBeUndefined();
    expect(looks).toBeLessThan(6);
  });

  it('ends without an error as soon as waiting is aborted, however long it would be', async () => {
    const abort = new AbortController();
    const sleeping = [2000, 10 ** 12, Number.POSITIVE_INFINITY].map((at) => sleeper.sleepUntil(at, abort.signal));
    abort.abort();
    await expect(Promise.all(sleeping)).resolves.toHaveLength(3);
    await expect(sleeper.sleepUntil(2000, abort.signal)).resolves.toBeUndefined();
  });
});
