import { setTimeout as sleep } from 'node:timers/promises';

/** The first try again comes after about a second, later ones after twice as long each, at most after half a minute: a control plane that is back is found soon, and not overrun. */
const FIRST_SECONDS = 1;
const LONGEST_SECONDS = 30;

/** How long to wait after so many failures in a row: half of the doubled time for sure, the other half by chance, so that many agents do not come at once. */
export function retrySeconds(failures: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.min(failures - 1, 10));
  return ceiling / 2 + (random() * ceiling) / 2;
}

/** Something that is waited for at most so long, and less when it is called. */
export class Wake {
  #call = new AbortController();

  /** Ends the present wait, or the next one at once. */
  now(): void {
    this.#call.abort();
  }

  async wait(seconds: number, ending: AbortSignal): Promise<void> {
    await sleep(seconds * 1000, undefined, { signal: AbortSignal.any([this.#call.signal, ending]) }).catch(() => undefined);
    if (this.#call.signal.aborted) this.#call = new AbortController();
  }
}

/** What to repeat, and what to do when it fails. */
export type Repeated = {
  /** Does it once; answers after how many seconds again. */
  readonly work: () => Promise<number>;
  readonly wake: Wake;
  readonly ending: AbortSignal;
  /** Told of every failure; how many there were in a row. Throws where going on makes no sense. */
  readonly failed: (error: unknown, failures: number) => void;
  readonly recovered: () => void;
  readonly random: () => number;
};

/** Repeats until the end, with growing waits while it fails. The end does not wait for an answer that is still under way. */
export async function repeat({ work, wake, ending, failed, recovered, random }: Repeated): Promise<void> {
  const ended = new Promise<number>((resolve) => {
    if (ending.aborted) resolve(0);
    ending.addEventListener('abort', () => resolve(0), { once: true });
  });
  let failures = 0;
  while (!ending.aborted) {
    try {
      const seconds = await Promise.race([work(), ended]);
      if (ending.aborted) return;
      if (failures > 0) recovered();
      failures = 0;
      await wake.wait(seconds, ending);
    } catch (error) {
      failures += 1;
      failed(error, failures);
      await wake.wait(retrySeconds(failures, random), ending);
    }
  }
}
