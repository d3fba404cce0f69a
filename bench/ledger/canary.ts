import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createClient, waitForDeployment } from '#client/index';
import type { SluiceClient } from '#client/index';

import { freePort, put, shopResources } from '../../examples/demo/resources.ts';
import { runSluice, startSluice } from '../../examples/demo/started-process.ts';
import { since } from './counting-proxy.ts';
import type { CountingProxy, Counts } from './counting-proxy.ts';
import { deployedFunctions, loggedCalls, setVariables, transitionsOf } from './emulator.ts';
import type { LoggedCalls } from './emulator.ts';

/** Where the system is that is counted. */
export type CountedSystem = { readonly emulator: string; readonly url: string; readonly operatorKey: string; readonly proxy: CountingProxy };

/** What was seen of a part of the run: by function what it asked for and how it was called. */
export type Seen = { readonly seconds: number; readonly functions: { readonly [name: string]: LoggedCalls & { readonly counts?: Counts } }; readonly clients: Counts | undefined };

/** What the run gives: a time in which nothing happens and no agent is there, a rest with an agent that has nothing to do, the request of a deployment alone, and the whole canary. */
export type CountedRun = { readonly idle: Seen; readonly request: Seen; readonly canary: Seen & { readonly transitions: number; readonly events: number }; readonly rest: Seen };

/** Five steps of two minutes each; what the judge looks at is looked at every minute. */
const STEPS = [10, 25, 50, 75, 90] as const;
const BAKE_SECONDS = 120;
const LOOK_SECONDS = 60;

/** The sweep runs every minute: three of them, and two of them surely whole. */
const REST_SECONDS = 200;

/** The first sweep, which looks a day back, comes within a minute of the deploy; this is three times as long. */
const FIRST_SWEEP_SECONDS = 180;

/** The last events pass relay and projector, and logs arrive. */
const SETTLE_SECONDS = 15;

const PREFIX = 'sluice-';

/** A function that was never called has no log. */
const NOT_LOGGED: LoggedCalls = { calls: 0, milliseconds: 0, ownBytes: 0, metrics: [] };

/** Sends the calls of all functions through the proxy, each under its name. */
export async function countFunctions({ emulator, proxy }: CountedSystem): Promise<void> {
  for (const { name, variables } of await deployedFunctions(emulator, PREFIX)) {
    const own = proxy.urlOf(name);
    const endpoints = Object.fromEntries(['DYNAMODB', 'SFN', 'SQS', 'EVENTBRIDGE', 'S3', 'SSM', 'SCHEDULER', 'SECRETS_MANAGER'].map((service) => [`AWS_ENDPOINT_URL_${service}`, own]));
    const connections = variables['SLUICE_CONNECTIONS_ENDPOINT'];
    await setVariables(emulator, `${PREFIX}${name}`, { ...variables, ...endpoints, ...(connections === undefined ? {} : { SLUICE_CONNECTIONS_ENDPOINT: connections.replace(emulator, own) }) });
  }
}

/** Runs a canary of five steps and ten minutes with a real agent, and counts. Takes some twenty minutes. */
export async function runCanary(system: CountedSystem, say: (line: string) => void): Promise<CountedRun> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-ledger-'));
  const url = system.url.replace(system.emulator, system.proxy.url);
  const client = await openTenant(url, system.operatorKey);
  const port = await prepare(client);
  await sweptOnce(system);
  const idle = await watched(system, async () => { await sleep(REST_SECONDS * 1000); });
  say(`idle for ${Math.round(idle.seconds)} s`);
  const { key } = await client.createKey({ body: { name: 'agent', role: 'agent', target: 'local' } });
  const agent = await startSluice(['agent', '--target', 'local', '--allow', process.execPath, '--state', join(folder, 'agent')], /serving target local/, { SLUICE_URL: url, SLUICE_KEY: key }, false);
  const customers = new AbortController();
  try {
    const first = await client.requestDeployment({ body: { application: 'shop', release: '1.0.0', environment: 'production' } });
    say(`the first release: ${(await waitForDeployment(client, first.id)).state}`);
    void visit(port, customers.signal);
    const rest = await watched(system, async () => { await sleep(REST_SECONDS * 1000); });
    say(`rested ${Math.round(rest.seconds)} s`);
    let id = '';
    const before = { at: Date.now(), counts: system.proxy.counts() };
    const request = await watched(system, async () => { id = (await client.requestDeployment({ body: { application: 'shop', release: '1.1.0', environment: 'production' } })).id; }, 0);
    await sleep(STEPS.length * BAKE_SECONDS * 1000);
    const ended = await waitForDeployment(client, id);
    say(`the canary: ${ended.state}, ${ended.reason}`);
    await sleep(SETTLE_SECONDS * 1000);
    const canary = await seenSince(system, before);
    return { idle, request, rest, canary: { ...canary, transitions: await transitionsOf(system.emulator, id), events: ended.version } };
  } finally {
    customers.abort();
    await agent.started.stop();
    await runSluice(['agent', '--stop-all', '--state', join(folder, 'agent')]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function openTenant(url: string, operatorKey: string): Promise<SluiceClient> {
  const operator = createClient({ url, key: operatorKey });
  const name = `ledger-${Date.now().toString(36)}`;
  await operator.putTenant({ params: { name } });
  const { key } = await operator.createTenantKey({ params: { name }, body: { name: 'admin' } });
  return createClient({ url, key });
}

/** The example's shop, with a strategy of five steps that a background analysis judges. */
async function prepare(client: SluiceClient): Promise<number> {
  const port = await freePort();
  for (const one of shopResources(port)) {
    if (one.kind === 'AnalysisTemplate') await put(client, { ...one, spec: { ...one.spec, lookSeconds: LOOK_SECONDS, horizonSeconds: 10 * LOOK_SECONDS } });
    else if (one.kind === 'Environment') {
      const steps = STEPS.flatMap((weightPercent) => [{ weightPercent }, { bakeSeconds: BAKE_SECONDS }]);
      const template = 'errors';
      await put(client, { ...one, spec: { ...one.spec, strategy: { type: 'canary', steps, analysis: { template } } } });
    } else await put(client, one);
  }
  return port;
}

/** A little traffic, so that there is something to judge. */
async function visit(port: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5000) }).then(async (answer) => await answer.arrayBuffer(), () => undefined);
    await sleep(200);
  }
}

/** Waits for the end of the first sweep, and for what follows from it. @throws when there was none */
async function sweptOnce({ emulator }: CountedSystem): Promise<void> {
  const { logGroup = '' } = (await deployedFunctions(emulator, PREFIX)).find(({ name }) => name === 'sweep') ?? {};
  for (let waited = 0; waited < FIRST_SWEEP_SECONDS; waited += 5) {
    const { calls } = await loggedCalls(emulator, logGroup, 0, Date.now()).catch((): LoggedCalls => NOT_LOGGED);
    if (calls > 0) {
      await sleep(SETTLE_SECONDS * 1000);
      return;
    }
    await sleep(5000);
  }
  throw new Error(`the sweep did not run within ${FIRST_SWEEP_SECONDS} s`);
}

async function watched(system: CountedSystem, act: () => Promise<void>, settleSeconds = 2): Promise<Seen> {
  const before = { at: Date.now(), counts: system.proxy.counts() };
  await act();
  await sleep(settleSeconds * 1000);
  return await seenSince(system, before);
}

async function seenSince({ emulator, proxy }: CountedSystem, before: { readonly at: number; readonly counts: { readonly [name: string]: Counts } }): Promise<Seen> {
  const now = Date.now();
  const { clients, ...counted } = since(before.counts, proxy.counts());
  const functions: Record<string, Seen['functions'][string]> = {};
  for (const { name, logGroup } of await deployedFunctions(emulator, PREFIX)) {
    const logged = await loggedCalls(emulator, logGroup, before.at, now).catch((): LoggedCalls => NOT_LOGGED);
    const counts = counted[name];
    if (logged.calls > 0 || (counts?.calls ?? 0) > 0) functions[name] = { ...logged, ...(counts === undefined ? {} : { counts }) };
  }
  return { seconds: (now - before.at) / 1000, functions, clients };
}
