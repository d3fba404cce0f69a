import { createClient } from '#client/index';

import { withControlPlane } from './load/control-plane.ts';
import { Fleet } from './load/fleet.ts';
import { RELEASES, applicationName, environmentName, makeAgentKeys, makeTenants } from './load/tenants.ts';
import { growing, quantile } from './measure.ts';
import type { Bench } from './measure.ts';

const TENANTS = 10;
const ENVIRONMENTS = 10;

/** Each of so many rounds asks for one deployment in each of the environments that are asked at once. */
const ROUNDS = 60;

/** The first rounds find code that has not run yet, and are not counted. */
const WARM_UP_ROUNDS = 10;

/** From a request until an agent has the first command of its deployment: validation, plan, machine, dispatch, notice and inbox. */
export const firstChange: Bench = {
  rows: [{ what: 'From a request to its first command at the agent, the slowest hundredth', unit: 'ms', target: { atMost: 100 }, grows: 'requests at the same moment, from 1 on' }],
  measure: async (options) => await growing(1, options, async (atOnce) => await withControlPlane(async (plane) => {
    const tenants = await makeTenants(plane, { tenants: TENANTS, applications: ROUNDS, environments: ENVIRONMENTS, steps: [] });
    // Keys of their own: those that made the tenants may be at their limit.
    const askers = tenants.map(({ keys }) => createClient({ url: plane.url, key: keys[1] ?? '' }));
    const fleet = await Fleet.start({ url: plane.url, agents: (await Promise.all(tenants.map(async (tenant) => await makeAgentKeys(tenant, ENVIRONMENTS)))).flat() });
    try {
      const took: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const asked = Array.from({ length: atOnce }, async (_, index) => {
          // Each time another agent: one that carries several deployments a second is at its key's limit.
          const place = round * atOnce + index;
          const asker = askers[place % TENANTS];
          if (asker === undefined) throw new Error('there is no tenant');
          const start = Date.now();
          const { id } = await asker.requestDeployment({ body: { application: applicationName(round), release: RELEASES[0], environment: environmentName(Math.floor(place / TENANTS) % ENVIRONMENTS) } });
          const seen = await fleet.firstSeen(id);
          if (round >= WARM_UP_ROUNDS) took.push(seen - start);
        });
        await Promise.all(asked);
      }
      return [quantile(took, 0.99)];
    } finally {
      await fleet.stop();
    }
  })),
};
