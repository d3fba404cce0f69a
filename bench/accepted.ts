import { withControlPlane } from './load/control-plane.ts';
import type { ControlPlane } from './load/control-plane.ts';
import { generate } from './load/generator.ts';
import type { LoadJob } from './load/generator.ts';
import { RELEASES, applicationName, environmentName, makeTenants } from './load/tenants.ts';
import type { LoadedTenant } from './load/tenants.ts';
import { sideBySide } from './measure.ts';
import type { Bench } from './measure.ts';

const TENANTS = 50;
const APPLICATIONS = 4;
const ENVIRONMENTS = 2;
const CONNECTIONS = 32;
const SECONDS = 5;

/** A tenth of the target for acceptance, at which the time of a request is looked at. */
const CALM_PER_SECOND = 50;

/** Deployments that are in the file before the three measurements; each leaves some ten events. */
const STORED = [100, 1000, 10_000] as const;

/**
 * Requests for deployments, answered once the request, its plan and the start of its machine are on disk. No agent is there, so each deployment then
 * finds that its target does not answer, and ends: that work is done beside the requests.
 */
export const accepted: Bench = {
  rows: [
    { what: `Deployments accepted, durable and planned, ${CONNECTIONS} connections`, unit: 'per second', target: { atLeast: 500 }, grows: `deployments stored before, from ${STORED[0]} on` },
    { what: `The slowest hundredth of these requests, at ${CALM_PER_SECOND} a second`, unit: 'ms', target: { atMost: 15 }, grows: `deployments stored before, from ${STORED[0]} on` },
    { what: 'Growth of the data folder for 1,000 such deployments', unit: 'KiB' },
  ],
  measure: async ({ grown }) => await withControlPlane(async (plane) => {
    const tenants = await makeTenants(plane, { tenants: TENANTS, applications: APPLICATIONS, environments: ENVIRONMENTS, steps: [{ weightPercent: 50 }] });
    const requests = requestsOf(tenants);
    const figures: (readonly [number, number])[] = [];
    let stored = 0;
    const before = plane.folderKibibytes();
    for (const wanted of grown ? STORED : STORED.slice(0, 1)) {
      stored += await store(plane, requests, wanted - stored);
      const calm = await generate({ url: plane.url, connections: CONNECTIONS, seconds: SECONDS, perSecond: CALM_PER_SECOND, requests });
      const busy = await generate({ url: plane.url, connections: CONNECTIONS, seconds: SECONDS, requests });
      stored += calm.answered + busy.answered;
      figures.push([busy.perSecond, calm.p99Milliseconds]);
    }
    const growth = ((plane.folderKibibytes() - before) * 1000) / stored;
    return [...sideBySide(figures), { sluice: growth }];
  }),
};

type LoadRequests = LoadJob['requests'];

/** A request for each application in each environment of each tenant, over and over: each takes the place of the one before, which has ended. */
function requestsOf(tenants: readonly LoadedTenant[]): LoadRequests {
  return Array.from({ length: APPLICATIONS }, (_, application) => Array.from({ length: ENVIRONMENTS }, (_unused, environment) => tenants.map(({ keys }) => ({
    method: 'POST' as const, path: '/v1/deployments', key: keys[(application + environment) % keys.length] ?? '',
    body: JSON.stringify({ application: applicationName(application), release: RELEASES[0], environment: environmentName(environment) }),
  })))).flat(2);
}

/** Has so many deployments carried; answers how many were. */
async function store(plane: ControlPlane, requests: LoadRequests, count: number): Promise<number> {
  let stored = 0;
  while (stored < count) {
    const left = requests.slice(0, Math.min(requests.length, count - stored));
    stored += (await generate({ url: plane.url, connections: CONNECTIONS, seconds: 60, requests: left, once: true })).answered;
  }
  return stored;
}
