import * as z from 'zod';

import { isFinal } from '#client/index';

import { withControlPlane } from './load/control-plane.ts';
import { Fleet } from './load/fleet.ts';
import { generate } from './load/generator.ts';
import { RELEASES, applicationName, environmentName, makeAgentKeys, makeTenants } from './load/tenants.ts';
import type { LoadedTenant } from './load/tenants.ts';
import { growing, quantile } from './measure.ts';
import type { Bench } from './measure.ts';

const TENANTS = 25;
const ENVIRONMENTS = 4;

/** A canary of five weights over a quarter of an hour; the bench looks at the second steps of all of them, while all run. */
const BAKE_SECONDS = 180;
const STEPS = [5, 10, 25, 50, 75].flatMap((weightPercent) => [{ weightPercent }, { bakeSeconds: BAKE_SECONDS }]);

/** Canaries are asked for at this rate, so that they do not all step at the same moment. */
const PER_SECOND = 60;

/** Of so many canaries of each tenant the events are read; 25 × 40 are a thousand. */
const SAMPLED_PER_TENANT = 40;

const CONNECTIONS = 8;

/**
 * Canaries that run at the same time, and how late their steps are: the time from when a bake was to end until the command of the next step was
 * dispatched. Agents report each command at once.
 */
export const canaries: Bench = {
  rows: [
    { what: 'The slowest hundredth of the steps of canaries that run at once: how late', unit: 'ms', target: { atMost: 1000 }, grows: 'canaries, from 100 on' },
    { what: 'The most memory of the control plane meanwhile', unit: 'MiB', target: { atMost: 2048 }, grows: 'canaries, from 100 on' },
  ],
  measure: async (options) => await growing(100, options, async (count) => await withControlPlane(async (plane) => {
    const applications = count / (TENANTS * ENVIRONMENTS);
    const tenants = await makeTenants(plane, { tenants: TENANTS, applications, environments: ENVIRONMENTS, steps: STEPS });
    const agents = (await Promise.all(tenants.map(async (tenant) => await makeAgentKeys(tenant, ENVIRONMENTS)))).flat();
    const fleet = await Fleet.start({ url: plane.url, agents });
    try {
      for (const release of RELEASES) {
        const requests = Array.from({ length: applications }, (_, application) => Array.from({ length: ENVIRONMENTS }, (_unused, environment) => tenants.map(({ keys }) => ({
          method: 'POST' as const, path: '/v1/deployments', key: keys[(application + environment) % keys.length] ?? '', body: JSON.stringify({ application: applicationName(application), release, environment: environmentName(environment) }),
        })))).flat(2);
        const { answered } = await generate({ url: plane.url, connections: CONNECTIONS, seconds: 3600, perSecond: PER_SECOND, requests, once: true });
        if (answered !== count) throw new Error(`${answered} of ${count} deployments were accepted`);
        if (release === RELEASES[0]) await untilNoneRuns(tenants);
      }
      await pause(BAKE_SECONDS + SETTLE_SECONDS);
      const late = (await Promise.all(tenants.map(latenessOf))).flat();
      const sampled = Math.min(count, TENANTS * SAMPLED_PER_TENANT);
      if (late.length < sampled) throw new Error(`${late.length} steps followed a bake, fewer than the ${sampled} canaries that were looked at`);
      return [quantile(late, 0.99), plane.peakMebibytes()];
    } finally {
      await fleet.stop();
    }
  })),
};

/** After the last bake's end its step is dispatched and in the events. */
const SETTLE_SECONDS = 10;

async function pause(seconds: number): Promise<void> {
  await new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
}

async function untilNoneRuns(tenants: readonly LoadedTenant[]): Promise<void> {
  for (const { admin } of tenants) {
    for (let runs = true; runs; await pause(runs ? 1 : 0)) {
      runs = false;
      for await (const { state } of admin.items('listDeployments', { query: { limit: 200 } })) if (!isFinal(state)) runs = true;
    }
  }
}

const waitStarted = z.object({ until: z.iso.datetime() });

/** How late the step after each first bake was dispatched, in milliseconds. */
async function latenessOf({ admin }: LoadedTenant): Promise<readonly number[]> {
  const late: number[] = [];
  const { items } = await admin.listDeployments({ query: { limit: SAMPLED_PER_TENANT } });
  for (const { id } of items) {
    const events = (await admin.listDeploymentEvents({ params: { id }, query: { limit: 200 } })).items;
    const bake = events.findIndex(({ type }) => type === 'WaitStarted');
    const wait = events[bake];
    const next = events.slice(bake + 1).find(({ type }) => type === 'StepDispatched');
    if (wait !== undefined && next !== undefined) late.push(Date.parse(next.at) - Date.parse(waitStarted.parse(wait.payload).until));
  }
  return late;
}
