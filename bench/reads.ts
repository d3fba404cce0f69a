import { withControlPlane } from './load/control-plane.ts';
import { generate } from './load/generator.ts';
import { applicationName, makeTenants } from './load/tenants.ts';
import { growing } from './measure.ts';
import type { Bench } from './measure.ts';

/** Tenants enough that no limit of theirs is met: 50 × 200 requests a second. */
const TENANTS = 50;
const CONNECTIONS = 32;
const SECONDS = 5;

export const reads: Bench = {
  rows: [
    { what: `Reads of an application over HTTP, ${CONNECTIONS} connections`, unit: 'per second', target: { atLeast: 5000 }, grows: `applications, of ${TENANTS} tenants` },
    { what: 'The slowest hundredth of these reads', unit: 'ms', target: { atMost: 10 }, grows: `applications, of ${TENANTS} tenants` },
  ],
  measure: async (options) => await growing(2, options, async (applications) => await withControlPlane(async (plane) => {
    const tenants = await makeTenants(plane, { tenants: TENANTS, applications, environments: 0, steps: [] });
    const requests = Array.from({ length: Math.max(applications, 4) }, (_, turn) => tenants.map(({ keys }) => ({ method: 'GET' as const, path: `/v1/applications/${applicationName(turn % applications)}`, key: keys[turn % keys.length] ?? '' }))).flat();
    const { perSecond, p99Milliseconds } = await generate({ url: plane.url, connections: CONNECTIONS, seconds: SECONDS, requests });
    return [perSecond, p99Milliseconds];
  })),
};
