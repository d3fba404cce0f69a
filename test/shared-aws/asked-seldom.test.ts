import { expect, it } from 'vitest';

import { askedSeldom } from '#aws/asked-seldom';
import { VirtualTime } from '#test/standalone/virtual-time';

/** Something that notes how often it was asked, and fails when it is told to. */
function asked() {
  const clock = new VirtualTime();
  const seen: { count: number; error?: Error | undefined } = { count: 0 };
  const ask = askedSeldom(async () => {
    seen.count += 1;
    if (seen.error !== undefined) throw seen.error;
  }, { milliseconds: 5000, clock });
  return { clock, seen, ask };
}

it('asks once in its time, however many ask', async () => {
  const { clock, seen, ask } = asked();
  await Promise.all([ask(), ask(), ask()]);
  clock.advance(4.9);
  await ask();
  expect(seen.count).toBe(1);
  clock.advance(0.1);
  await ask();
  expect(seen.count).toBe(2);
});

it('gives an error as long as an answer, and then asks again', async () => {
  const { clock, seen, ask } = asked();
  seen.error = new Error('the table does not answer');
  await expect(ask()).rejects.toThrow('does not answer');
  seen.error = undefined;
  await expect(ask()).rejects.toThrow('does not answer');
  clock.advance(5);
  await ask();
  expect(seen.count).toBe(2);
});
