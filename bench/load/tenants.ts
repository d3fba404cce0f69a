import { createClient } from '#client/index';
import type { SluiceClient } from '#client/index';

import type { ControlPlane } from './control-plane.ts';

const head = { apiVersion: 'sluice.dev/v1' } as const;

/** Keys of one tenant: as many as may ask at their full rate together (`shared/contracts/rates.ts`). */
const KEYS = 4;

/** The releases of each application. */
export const RELEASES = ['1.0.0', '1.1.0'] as const;

/** The names of what a tenant has. */
export const applicationName = (index: number) => `app-${index}`;
export const environmentName = (index: number) => `env-${index}`;
export const targetName = (index: number) => `target-${index}`;

/** What each tenant has: applications, and environments with a target of their own each. `steps` are those of the environments' canary. */
export type Estate = { readonly tenants: number; readonly applications: number; readonly environments: number; readonly steps: readonly ({ readonly weightPercent: number } | { readonly bakeSeconds: number })[] };

/** A tenant that load is made for. */
export type LoadedTenant = { readonly name: string; readonly admin: SluiceClient; readonly keys: readonly string[] };

/** An agent that is to be played: the key of its target's. */
export type AgentKey = { readonly target: string; readonly key: string };

/** Makes tenants, each with its keys, applications, releases, environments and targets. */
export async function makeTenants(plane: ControlPlane, estate: Estate): Promise<readonly LoadedTenant[]> {
  const operator = createClient({ url: plane.url, key: plane.operatorKey, ...PATIENT });
  return await Promise.all(Array.from({ length: estate.tenants }, async (_, index) => {
    const name = `load-${index}`;
    await operator.putTenant({ params: { name } });
    const keys: string[] = [];
    for (let turn = 0; turn < KEYS; turn += 1) keys.push((await operator.createTenantKey({ params: { name }, body: { name: `admin-${turn}` } })).key);
    const admin = createClient({ url: plane.url, key: keys[0] ?? '', ...PATIENT });
    await makeEstate(admin, estate);
    return { name, admin, keys };
  }));
}

/** Who makes much at once is told to wait, and does: up to a hundred times, some seconds each. */
const PATIENT = { maximumAttempts: 100, timeoutSeconds: 60 } as const;

async function makeEstate(admin: SluiceClient, { applications, environments, steps }: Estate): Promise<void> {
  for (let index = 0; index < applications; index += 1) {
    const name = applicationName(index);
    await admin.putApplication({ params: { name }, body: { ...head, kind: 'Application', metadata: { name }, spec: { components: [{ name: 'web', port: 8080 }] } } });
    for (const release of RELEASES) await admin.putRelease({ params: { application: name, name: release }, body: { ...head, kind: 'Release', metadata: { name: release }, spec: { application: name, components: [{ name: 'web', artefact: { command: ['node', `${release}.mjs`] } }] } } });
  }
  for (let index = 0; index < environments; index += 1) {
    const [name, target] = [environmentName(index), targetName(index)];
    await admin.putTarget({ params: { name: target }, body: { ...head, kind: 'Target', metadata: { name: target }, spec: { provider: 'agent' } } });
    await admin.putEnvironment({ params: { name }, body: { ...head, kind: 'Environment', metadata: { name }, spec: { waves: [{ targets: [target] }], strategy: { type: 'canary', steps: [...steps] } } } });
  }
}

/** Makes a key for the agent of each of a tenant's targets. */
export async function makeAgentKeys(tenant: LoadedTenant, environments: number): Promise<readonly AgentKey[]> {
  const made: AgentKey[] = [];
  for (let index = 0; index < environments; index += 1) {
    const target = targetName(index);
    made.push({ target, key: (await tenant.admin.createKey({ body: { name: `agent-${index}`, role: 'agent', target } })).key });
  }
  return made;
}
