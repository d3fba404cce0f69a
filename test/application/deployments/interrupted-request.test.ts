import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Context } from '#application/context';
import type { Ports } from '#ports/ports';

import type { QuietSystem } from '../quiet-system.ts';
import { openShop, requestShop } from '../resources/shop-documents.ts';

let system: QuietSystem;

beforeEach(async () => {
  system = await openShop();
});

afterEach(async () => {
  await system.close();
});

const request = (deployment: string, more: object = {}) => ({
  type: 'DeploymentRequested' as const,
  payload: { deployment, application: 'shop', release: '1.4.3', environment: 'production', strategy: null, priority: 'normal' as const, ifRunning: 'queue' as const, requestedBy: { id: 'key-alice', name: 'alice' }, retryOf: null, rollbackOf: null, ...more },
});

/** Leaves what a request leaves whose process ended right after its event, and lets who hears of the event take it further. */
async function takeUp(more: object = {}): Promise<string> {
  const id = system.engine.ports.ids.deployment(system.time.now());
  const stream = `deployment/${id}`;
  await system.append(stream, request(id, more));
  const [event] = await system.engine.ports.events.read({ tenant: 'default', stream });
  if (event !== undefined) await system.engine.handlers.consumers['start-execution'](system.context(), event);
  return id;
}

const stateOf = async (id: string) => await system.call('getDeployment', { params: { id } });
const typesOf = async (id: string) => (await system.events(`deployment/${id}`)).map((event) => event.type);

describe('a request that was interrupted after its event', () => {
  it('still supersedes what runs', async () => {
    const running = await requestShop(system, '1.4.2');
    const newer = await takeUp({ ifRunning: 'supersede' });
    expect(await typesOf(running)).toContain('AbortRequested');
    expect(await stateOf(newer)).toMatchObject({ state: 'Requested', reason: `queued behind ${running}` });
  });

  it('still takes the place of an older one in the queue', async () => {
    await requestShop(system, '1.4.2');
    const queued = await requestShop(system, '1.4.2');
    const newer = await takeUp();
    expect(await stateOf(queued)).toMatchObject({ state: 'Aborted' });
    expect((await system.engine.ports.leases.queued('default')).map((entry) => entry.deployment)).toEqual([newer]);
  });

  it('does not end what came to run after it because it is more urgent', async () => {
    const running = await requestShop(system, '1.4.2');
    const urgent = await requestShop(system, '1.4.2', { priority: 'critical' });
    system.time.advance(1);
    const id = system.engine.ports.ids.deployment(system.time.now());
    await system.append(`deployment/${id}`, request(id, { ifRunning: 'supersede' }));
    system.time.advance(1);
    await system.append(`deployment/${running}`, { type: 'DeploymentFailed', payload: { reason: 'because' } });
    const [event] = await system.engine.ports.events.read({ tenant: 'default', stream: `deployment/${running}` });
    if (event !== undefined) await system.engine.handlers.consumers['advance-queue'](system.context(), event);
    const [own] = await system.engine.ports.events.read({ tenant: 'default', stream: `deployment/${id}` });
    if (own !== undefined) await system.engine.handlers.consumers['start-execution'](system.context(), own);
    expect(await stateOf(urgent)).toMatchObject({ state: 'Planned' });
    expect(await stateOf(id)).toMatchObject({ state: 'Requested', reason: `queued behind ${urgent}` });
  });

  it('is found again by its repetition, which is not refused because of it', async () => {
    const id = system.engine.ports.ids.deployment(system.time.now());
    const ids = { ...system.engine.ports.ids, deployment: () => id, trace: () => system.engine.ports.ids.trace() };
    const ports: Ports = { ...system.engine.ports, ids };
    const ask = async (context: Context) => await system.engine.handlers.operations.requestDeployment(
      { ...context, caller: { tenant: 'default', keyId: 'key-alice', keyName: 'alice', role: 'admin', target: null }, ifMatchVersion: undefined },
      { params: {}, query: {}, body: { application: 'shop', release: '1.4.2', environment: 'production', priority: 'normal', ifRunning: 'refuse' } },
    );
    const first = await ask(system.context('default', ports));
    const again = await ask(system.context('default', ports));
    expect(again.body).toEqual(first.body);
    expect(again.body.id).toBe(id);
    expect((await typesOf(id)).filter((type) => type === 'DeploymentRequested')).toHaveLength(1);
  });
});
