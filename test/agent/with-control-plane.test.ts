import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createClient, waitForDeployment } from '#client/index';
import type { SluiceClient } from '#client/index';
import { freePort } from '#agent/processes/free-port';
import { runAgent, stopEverything } from '#agent/runtime';
import type { RunningAgent } from '#agent/runtime';
import { startStandalone } from '#standalone/runtime';
import type { RunningStandalone } from '#standalone/runtime';
import { until } from '#test/agent/support/until';

const SHOP = fileURLToPath(new URL('../../examples/shop/server.mjs', import.meta.url));
const ADMIN_KEY = `slc_${'a'.repeat(32)}`;
const RESOURCE = { apiVersion: 'sluice.dev/v1' } as const;

describe('an agent with a real control plane', { timeout: 90_000 }, () => {
  const told: string[] = [];
  const agents: RunningAgent[] = [];
  let folder = '';
  let port = 0;
  let controlPort = 0;
  let controlPlane: RunningStandalone | undefined;
  let client: SluiceClient;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-agent-'));
    port = await freePort(new Set());
    controlPort = await freePort(new Set([port]));
    await startControlPlane();
    client = createClient({ url: `http://127.0.0.1:${controlPort}`, key: ADMIN_KEY });
    await client.putTarget({ params: { name: 'edge-1' }, body: { ...RESOURCE, kind: 'Target', metadata: { name: 'edge-1' }, spec: { provider: 'agent' } } });
    await client.putApplication({ params: { name: 'shop' }, body: { ...RESOURCE, kind: 'Application', metadata: { name: 'shop' }, spec: { components: [{ name: 'web', port, healthCheck: { path: '/healthz' }, environment: [{ name: 'TILL', valueFrom: { secret: 'till' } }], drainSeconds: 5 }] } } });
    await client.putEnvironment({ params: { name: 'production' }, body: { ...RESOURCE, kind: 'Environment', metadata: { name: 'production' }, spec: { waves: [{ targets: ['edge-1'] }], strategy: { type: 'rolling' } } } });
    await client.setSecret({ params: { name: 'till' }, body: { value: 'open sesame' } });
  });
  afterEach(async () => {
    for (const agent of agents.splice(0)) await agent.stop();
    for (const state of ['state', 'other-state']) await stopEverything(join(folder, state), 0);
    await controlPlane?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function startControlPlane(): Promise<void> {
    controlPlane = await startStandalone({ dataFolder: join(folder, 'data'), listen: { host: '127.0.0.1', port: controlPort }, adminKey: ADMIN_KEY, log: () => undefined });
  }

  async function startAgent(state = 'state'): Promise<RunningAgent> {
    const { key } = await client.createKey({ body: { name: `agent-${state}`, role: 'agent', target: 'edge-1' } });
    const agent = await runAgent({ url: `http://127.0.0.1:${controlPort}`, key, target: 'edge-1', allow: [process.execPath], stateFolder: join(folder, state), tell: (line) => { told.push(line); } });
    agents.push(agent);
    await until(() => agent.connected(), { what: 'the claim' });
    return agent;
  }

  async function deploy(release: string): Promise<{ readonly state: string; readonly reason: string }> {
    await client.putRelease({ params: { application: 'shop', name: release }, body: { ...RESOURCE, kind: 'Release', metadata: { name: release }, spec: { application: 'shop', components: [{ name: 'web', artefact: { command: [process.execPath, SHOP] }, environment: [{ name: 'EDITION', value: release }] }] } } });
    const { id } = await client.requestDeployment({ body: { application: 'shop', release, environment: 'production' } });
    return waitForDeployment(client, id);
  }

  const served = async () => (await fetch(`http://127.0.0.1:${port}/`)).json();

  it('deploys over HTTP, woken by the WebSocket, and is found healthy', async () => {
    await startAgent();
    expect(await deploy('1.0.0')).toMatchObject({ state: 'Succeeded' });
    expect(await served()).toMatchObject({ release: '1.0.0' });
    expect(await deploy('1.1.0')).toMatchObject({ state: 'Succeeded' });
    expect(await served()).toMatchObject({ release: '1.1.0' });
    const status = () => client.getTargetStatus({ params: { name: 'edge-1' } });
    await until(async () => (await status()).components.every((one) => one.release === '1.1.0' && one.state === 'Running'), { what: 'the heartbeat' });
    expect(await status()).toMatchObject({ reachable: true, epoch: 1, components: [{ release: '1.1.0', readyReplicas: 1, weightPercent: 100 }] });
  });

  it('answers a validation by its own checks: what is allowed and fits passes, and what does not is named', async () => {
    await startAgent();
    expect(await deploy('1.0.0')).toMatchObject({ state: 'Succeeded' });
    const { apiVersion, kind, metadata, spec } = await client.getApplication({ params: { name: 'shop' } });
    const asked = async (change: Partial<(typeof spec.components)[number]>) => {
      await client.putApplication({ params: { name: 'shop' }, body: { apiVersion, kind, metadata, spec: { ...spec, components: spec.components.map((one) => ({ ...one, ...change })) } } });
      const { checks } = await client.validateDeployment({ body: { application: 'shop', release: '1.0.0', environment: 'production' } });
      return Object.fromEntries(checks.flatMap((one) => (one.check.includes('/edge-1') ? [[one.check, `${one.outcome}: ${one.reason}`]] : [])));
    };
    const fits = await asked({ replicas: 2, resources: { memoryMebibytes: 1 }, scaling: { minReplicas: 1, maxReplicas: 3 } });
    expect(Object.keys(fits)).toEqual(['reachable/edge-1', 'artefact/edge-1/web', 'permission/edge-1/web', 'port/edge-1/web', 'scaling/edge-1/web', 'capacity/edge-1']);
    expect(fits).toMatchObject({ 'artefact/edge-1/web': expect.stringMatching(/^passed/), 'permission/edge-1/web': expect.stringMatching(/^passed/), 'scaling/edge-1/web': expect.stringMatching(/^skipped: .* does not scale by load/), 'capacity/edge-1': expect.stringMatching(/^passed: at most 2 MiB of memory/) });
    const tooLarge = await asked({ resources: { memoryMebibytes: 10_000_000 } });
    expect(tooLarge['capacity/edge-1']).toMatch(/^failed: 10000000 MiB of memory are needed at once/);
    const foreign = await asked({ environment: [{ name: 'LD_PRELOAD', value: '/tmp/other.so' }] });
    expect(foreign).toMatchObject({ 'artefact/edge-1/web': expect.stringMatching(/^passed/), 'permission/edge-1/web': expect.stringMatching(/^failed: the variable LD_PRELOAD/) });
  });

  it('serves on while the control plane is away, and works with it again when it is back', async () => {
    const agent = await startAgent();
    expect(await deploy('1.0.0')).toMatchObject({ state: 'Succeeded' });
    await controlPlane?.close();
    await until(() => !agent.connected(), { seconds: 20, what: 'the absence to be noticed' });
    expect(await served()).toMatchObject({ release: '1.0.0' });
    await startControlPlane();
    await until(() => agent.connected(), { seconds: 40, what: 'the return to be noticed' });
    expect(await deploy('1.1.0')).toMatchObject({ state: 'Succeeded' });
    expect(await served()).toMatchObject({ release: '1.1.0' });
  });

  it('ends when another agent claims its target, and leaves what it has started', async () => {
    const first = await startAgent();
    expect(await deploy('1.0.0')).toMatchObject({ state: 'Succeeded' });
    await startAgent('other-state');
    expect(await first.ended).toMatchObject({ reason: 'superseded' });
    expect(await served()).toMatchObject({ release: '1.0.0' });
  });
});
