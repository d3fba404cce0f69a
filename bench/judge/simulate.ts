import type { Contender, Ending } from './contenders.ts';
import { seededRandom } from './random.ts';
import type { Scenario } from './scenarios.ts';
import { LOOK_SECONDS, drawLook } from './traffic.ts';

/** How a contender did in one scenario. Shares are of all runs; times are seconds from the onset, over all runs, `null` where too few ended so. */
export type Outcome = {
  readonly runs: number;
  /** Failed, at any time, also after a Successful. */
  readonly failShare: number;
  readonly passShare: number;
  readonly failMedianSeconds: number | null;
  readonly failP95Seconds: number | null;
  readonly passMedianSeconds: number | null;
};

/** The seed of every table; another one gives another draw of the same. */
export const SEED = 20261121;

/** Runs one scenario for all contenders: the same looks for each, as many runs as its share. */
export function simulate(scenario: Scenario, contenders: readonly Contender[], given: { readonly runs: number; readonly seed: number }): ReadonlyMap<string, Outcome> {
  const endings = new Map<string, Ending[]>(contenders.map((one) => [one.name, []]));
  for (let run = 0; run < given.runs; run += 1) {
    const random = seededRandom(given.seed, hash(scenario.name), run);
    const looks = Array.from({ length: scenario.looks }, (_, index) => drawLook(random, scenario.conditions(index + 1)));
    for (const one of contenders) if (run < Math.ceil(given.runs * one.share)) endings.get(one.name)?.push(one.judge(looks, scenario.metrics));
  }
  return new Map([...endings].map(([name, all]) => [name, outcomeOf(all, scenario.onsetLook ?? 0)]));
}

function outcomeOf(endings: readonly Ending[], onsetLook: number): Outcome {
  const inSeconds = (looks: readonly number[]) => looks.map((look) => (look - onsetLook) * LOOK_SECONDS).toSorted((one, other) => one - other);
  // Of all runs, so that a method which misses half of them has no median.
  const at = (times: readonly number[], share: number) => times[Math.ceil(share * endings.length) - 1] ?? null;
  const failed = inSeconds(endings.flatMap((one) => one.failLook ?? []));
  const passed = inSeconds(endings.flatMap((one) => (one.verdict === 'Successful' ? one.look : [])));
  return {
    runs: endings.length,
    failShare: failed.length / endings.length,
    passShare: passed.length / endings.length,
    failMedianSeconds: at(failed, 0.5), failP95Seconds: at(failed, 0.95), passMedianSeconds: at(passed, 0.5),
  };
}

/** A number of a name, so that a scenario keeps its looks when another one is put before it. Source: FNV-1a. */
function hash(text: string): number {
  return [...text].reduce((value, letter) => Math.imul(value ^ (letter.codePointAt(0) ?? 0), 0x01000193), 0x811c9dc5) >>> 0;
}
