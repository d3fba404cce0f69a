import { createClient } from '#client/index';
import type { SluiceClient } from '#client/index';

const head = { apiVersion: 'sluice.dev/v1' } as const;

/** Keys of one tenant: as many as may ask at their full rate together (`shared/contracts/rates.ts`). */
const KEYS = 4;

/** A tenant with a shop that can be deployed, as load asks for it. */
export type LoadedTenant = { readonly name: string; readonly admin: SluiceClient; readonly keys: readonly string[] };

/** What a tenant has: environments `e0`, `e1`, … with a target and an application of their own each, so that none waits for another. */
export type Estate = { readonly tenants: number; readonly environments: number };

/** Makes tenants side by side, each with its keys, application, releases, environments and targets. */
export async function makeTenants({ url, operatorKey }: { readonly url: string; readonly operatorKey: string }, { tenants, environments }: Estate): Promise<readonly LoadedTenant[]> {
  const operator = createClient({ url, key: operatorKey });
  const made: LoadedTenant[] = [];
  for (let index = 0; index < tenants; index += 1) {
    const name = `load-${index}`;
    await operator.putTenant({ params: { name } });
    const keys: string[] = [];
    for (let turn = 0; turn < KEYS; turn += 1) keys.push((await operator.createTenantKey({ params: { name }, body: { name: `admin-${turn}` } })).key);
    const admin = createClient({ url, key: keys[index % KEYS] ?? '', maximumAttempts: 20 });
    await makeShop(admin, environments);
    made.push({ name, admin, keys });
  }
  return made;
}

async function makeShop(admin: SluiceClient, environments: number): Promise<void> {
  await admin.putApplication({ params: { name: 'shop' }, body: { ...head, kind: 'Application', metadata: { name: 'shop' }, spec: { components: [{ name: 'web', port: 8080 }] } } });
  for (const name of ['1.0.0', '1.1.0']) await admin.putRelease({ params: { application: 'shop', name }, body: { ...head, kind: 'Release', metadata: { name }, spec: { application: 'shop', components: [{ name: 'web', artefact: { command: ['node', `${name}.mjs`] } }] } } });
  for (let index = 0; index < environments; index += 1) {
    await admin.putTarget({ params: { name: `t${index}` }, body: { ...head, kind: 'Target', metadata: { name: `t${index}` }, spec: { provider: 'agent' } } });
    await admin.putEnvironment({ params: { name: `e${index}` }, body: { ...head, kind: 'Environment', metadata: { name: `e${index}` }, spec: { waves: [{ targets: [`t${index}`] }], strategy: { type: 'canary', steps: [{ weightPercent: 50 }] } } } });
  }
}
