import { setTimeout as pause } from 'node:timers/promises';

/** By how much a system under test may be slower than one process on this machine: all time-outs of tests are multiplied by it. */
const SLOWNESS = Number(process.env.SLUICE_TEST_PATIENCE ?? 1);

/** How long anything may take that takes a moment: many times what it needs on two busy cores. */
export const PATIENCE_SECONDS = stretched(60);

/** How long a deployment may take whose server or agent is killed again and again: each restart takes a second or two, and many on a busy machine. */
export const LONG_SECONDS = stretched(240);

/** How often a thing is looked at that nobody tells of. */
const LOOK_MILLISECONDS = 100;

/** A time that people or agents must be able to act in, in whole seconds: longer where the system answers slowly. */
export function stretched(seconds: number): number {
  return Math.ceil(seconds * SLOWNESS);
}

/**
 * Looks again and again until there is something to see, and answers it.
 * @throws Error that says what was waited for, and what was seen last.
 */
export async function until<Found>(what: string, look: () => Promise<Found | undefined> | Found | undefined, seconds = PATIENCE_SECONDS): Promise<Found> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await pause(LOOK_MILLISECONDS);
  }
}
