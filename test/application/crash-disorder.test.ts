import { describe, expect, it } from 'vitest';

import { Chance } from './crash/chance.ts';
import { disorderOf } from './crash/disorder.ts';
import { tell, tellThroughCrashes } from './crash/lives.ts';
import { scenarios } from './crash/scenarios.ts';
import { stories } from './crash/stories.ts';

/** The seeds, as `SLUICE_DISORDER_SEEDS=1-500`: one that failed comes first. */
const [first = 1, last = first] = (process.env['SLUICE_DISORDER_SEEDS'] ?? '1-2').split('-').map(Number);
const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);

const at = stories();

/**
 * Deliveries, timers and calls twice, late, in any order, failing before or after they were done; transactions of one moment in any order;
 * reports late and twice. What is only slow may be found by the sweep first.
 */
describe('in disorder', () => {
  it.each(scenarios)('$name ends as in order', { timeout: 3_600_000 }, async (scenario) => {
    for (const seed of seeds) {
      const { violations } = await tell(at.folders, at.before, scenario, { disorder: disorderOf(new Chance(seed)) });
      expect({ seed, violations }).toEqual({ seed, violations: [] });
    }
  });

  it.each(scenarios)('$name ends as in order, also with crashes in between', { timeout: 3_600_000 }, async (scenario) => {
    for (const seed of seeds) {
      const { violations } = await tellThroughCrashes(at.folders, at.before, scenario, seed);
      expect({ seed, violations }).toEqual({ seed, violations: [] });
    }
  });
});
