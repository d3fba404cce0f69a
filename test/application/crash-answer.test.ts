import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Folders, beforeStories, copyOf, momentsOf } from './crash/lives.ts';
import type { Moment } from './crash/lives.ts';
import { request } from './crash/scenarios.ts';
import type { Scenario } from './crash/scenarios.ts';
import { World } from './crash/world.ts';

const RELEASE = '1.1.0';

/** One request that is refused while another deployment runs: so a repetition must know that it is its own. */
const asking: Scenario = {
  name: 'a request', answering: () => 'done', behaviour: {}, ends: {}, runs: {}, downtimesSeconds: [],
  acts: [request(RELEASE, { strategy: { type: 'recreate' }, ifRunning: 'refuse' })],
};

/** The answer is stored within the first ten commits or so; those that come with it and after it are looked at as well. */
const COMMITS = new Set(Array.from({ length: 40 }, (_, index) => index + 1));

const folders = new Folders();
let moments: readonly Moment[];

beforeAll(async () => {
  const all = await momentsOf(folders, await beforeStories(folders), asking, COMMITS);
  moments = [...all.values()].filter(({ outside }) => outside.asked[RELEASE] === undefined);
});

afterAll(async () => {
  await folders.removeAll();
});

/** The ids of all deployments of the release that were ever requested. */
async function requested(world: World): Promise<readonly string[]> {
  const feed = await world.engine.ports.events.readFeed('default', undefined, 1000);
  const isOf = (payload: unknown) => typeof payload === 'object' && payload !== null && 'release' in payload && payload.release === RELEASE;
  return feed.filter((event) => event.type === 'DeploymentRequested' && isOf(event.payload)).map((event) => event.stream.slice('deployment/'.length));
}

/** Repeats the request in a new life of the control plane, that begins some time after a moment. */
async function repeated(moment: Moment, awaySeconds: number): Promise<{ readonly known: readonly string[]; readonly answered: string; readonly requested: readonly string[] }> {
  const { folder, outside } = await copyOf(folders, moment);
  outside.now = new Date(Date.parse(outside.now) + awaySeconds * 1000).toISOString();
  const world = await World.open({ folder, outside, script: asking });
  try {
    const known = await requested(world);
    const [act] = asking.acts;
    await act?.act(world);
    const all = await requested(world);
    // Only what rests can be closed while time stands still.
    await world.settle();
    return { known, answered: outside.asked[RELEASE] ?? 'nothing', requested: all };
  } finally {
    await world.close();
  }
}

describe('a client that repeats a request because the control plane died before it answered', () => {
  it.each([1, 23 * 3600])('gets the deployment that the request had made, at whichever commit it died, %i s later', { timeout: 300_000 }, async (awaySeconds) => {
    let diedInBetween = 0;
    for (const moment of moments) {
      const { known, answered, requested: all } = await repeated(moment, awaySeconds);
      expect(all).toEqual([answered]);
      expect([[], [answered]]).toContainEqual(known);
      diedInBetween += known.length;
    }
    // It died at least once between the event and the stored answer, or this proves nothing.
    expect(diedInBetween).toBeGreaterThan(0);
  });
});
