import { withControlPlane } from './load/control-plane.ts';
import { generate } from './load/generator.ts';
import { RELEASES, applicationName, makeAgentKeys, makeTenants, targetName } from './load/tenants.ts';
import { growing } from './measure.ts';
import type { Bench } from './measure.ts';

/** Tenants enough that no limit of theirs is met: 100 × 1,000 samples a second. */
const TENANTS = 100;
/** Samples of a request: what an agent with ten components tells of five seconds. */
const BATCH = 100;
const SECONDS = 5;

/** Buckets of each sample's latency sketch: those that a service with latencies within a factor of 1.5 fills in a second. */
const BUCKETS = Array.from({ length: 20 }, (_, index) => [index - 120, 3] as const);

export const samples: Bench = {
  rows: [{ what: `Samples taken in, ${BATCH} in a request`, unit: 'per second', target: { atLeast: 50_000 }, grows: 'connections, from 4 on' }],
  measure: async (options) => await growing(4, options, async (connections) => await withControlPlane(async (plane) => {
    const tenants = await makeTenants(plane, { tenants: TENANTS, applications: 1, environments: 1, steps: [] });
    const keys = (await Promise.all(tenants.map(async (tenant) => await makeAgentKeys(tenant, 1)))).flat();
    const now = Math.floor(Date.now() / 1000);
    const body = JSON.stringify({
      target: targetName(0),
      samples: Array.from({ length: BATCH }, (_, index) => ({ application: applicationName(0), component: 'web', release: RELEASES[index % 2], second: now - Math.floor(index / 2), requests: 60, errors: 1, latency: { zeros: 0, buckets: BUCKETS } })),
    });
    const { perSecond, refused } = await generate({ url: plane.url, connections, seconds: SECONDS, requests: keys.map(({ key }) => ({ method: 'POST', path: '/v1/samples', key, body })) });
    if (Object.keys(refused).some((status) => status !== '429')) throw new Error(`samples were refused: ${JSON.stringify(refused)}`);
    return [perSecond * BATCH];
  })),
};
