import { rm } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { momentsOf, tell } from './crash/lives.ts';
import { scenarios } from './crash/scenarios.ts';
import type { Scenario } from './crash/scenarios.ts';
import { stories } from './crash/stories.ts';

/** `all` crashes after each commit, and lets the control plane be away for each of a scenario's times: some ten thousand lives, half an hour. */
const isComplete = process.env['SLUICE_CRASH_SWEEP'] === 'all';

/** Otherwise so many crashes for each scenario, spread over its commits, each a life of about 0.2 s. */
const CRASHES = 7;

const at = stories();

/** The commits after which it crashes: all, or some in equal distances, beginning and ending within the first and the last of them. */
function crashesAmong(commits: number): ReadonlySet<number> {
  const count = isComplete ? commits : Math.min(CRASHES, commits);
  return new Set(Array.from({ length: count }, (_, index) => Math.ceil(((index + 0.5) * commits) / count)));
}

/** All times, or one after the other; each scenario begins with another. */
function downtimesSeconds(scenario: Scenario, index: number): readonly number[] {
  const times = scenario.downtimesSeconds;
  const place = (index + scenarios.indexOf(scenario)) % times.length;
  return isComplete ? times : times.slice(place, place + 1);
}

describe('whenever the process is killed', () => {
  it.each(scenarios)('$name ends as it would have, nothing lost and nothing done twice', { timeout: 3_600_000 }, async (scenario) => {
    const told = await tell(at.folders, at.before, scenario);
    expect(told).toMatchObject({ violations: [], repairs: [], troubles: [] });
    const moments = [...(await momentsOf(at.folders, at.before, scenario, crashesAmong(told.commits)))];
    expect(moments).toHaveLength(crashesAmong(told.commits).size);
    for (const [index, [commit, moment]] of moments.entries()) {
      for (const downtimeSeconds of downtimesSeconds(scenario, index)) {
        const { violations, repairs, troubles } = await tell(at.folders, moment, scenario, { downtimeSeconds });
        expect({ commit, downtimeSeconds, violations, repairs, troubles }).toEqual({ commit, downtimeSeconds, violations: [], repairs: [], troubles: [] });
      }
      await rm(moment.folder, { recursive: true });
    }
  });
});
