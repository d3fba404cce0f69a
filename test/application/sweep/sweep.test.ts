import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { GRACE_SECONDS } from '#application/sweep/finding';
import { sweepTenant } from '#application/sweep/sweep-tenant';
import { Failure } from '#contracts/errors';
import type { Ports } from '#ports/ports';

import { QuietSystem } from '../quiet-system.ts';
import { putShop, requestShop } from '../resources/shop-documents.ts';
import { endExecution } from './breaking.ts';

let system: QuietSystem;

beforeEach(async () => {
  system = await QuietSystem.open();
  await system.call('putTenant', { params: { name: 'default' } }, { role: 'operator', tenant: 'operator' });
  await putShop(system);
});

afterEach(async () => {
  await system.close();
});

const reason = 'because';

/** Lets the time of grace pass, and sweeps once. */
async function sweep() {
  system.time.advance(GRACE_SECONDS);
  return await sweepTenant(system.context());
}

/** Requests a release, and brings it into the read model as the projector would. */
async function request(release: string, more: object = {}): Promise<string> {
  const id = await requestShop(system, release, more);
  await system.project(`deployment/${id}`);
  return id;
}

async function abort(id: string): Promise<void> {
  await system.append(`deployment/${id}`, { type: 'DeploymentAborted', payload: { reason } });
  await system.project(`deployment/${id}`);
}

const stateOf = async (id: string) => (await system.call('getDeployment', { params: { id } })).state;
const holderOf = async () => (await system.engine.ports.leases.read('default', 'edge-1', 'shop'))[0]?.holder;
const executionOf = async (name: string) => await system.engine.ports.workflow.describe('default', name);
const found = async () => await system.events('sweep/2026-11-21');

describe('the sweep', () => {
  it('finds nothing where all is as it should be, and records nothing', async () => {
    await request('1.4.2');
    await request('1.4.3', { priority: 'low' });
    expect(await sweep()).toMatchObject({ findings: [], errors: [] });
    expect(await sweep()).toMatchObject({ findings: [], errors: [] });
    expect(await found()).toEqual([]);
  });

  it('leaves alone what may still be under way', async () => {
    const id = await request('1.4.2');
    await endExecution(system.engine, id);
    system.time.advance(GRACE_SECONDS - 1);
    expect(await sweepTenant(system.context())).toMatchObject({ findings: [], errors: [] });
    expect(await executionOf(`recover-${id}`)).toBeUndefined();
  });

  it('frees the leases of a deployment that has ended, and plans the next in the queue', async () => {
    const first = await request('1.4.2');
    const second = await request('1.4.3', { priority: 'low' });
    await abort(first);
    expect(await holderOf()).toBe(first);
    const { findings } = await sweep();
    expect(findings).toEqual([{ kind: 'lease-of-ended-deployment', subject: `deployment/${first}`, repaired: true, reason: 'it is Aborted and still held edge-1 for shop' }]);
    expect([await holderOf(), await stateOf(second), await executionOf(second)]).toEqual([second, 'Planned', { status: 'RUNNING' }]);
  });

  it('makes the release of a succeeded deployment the stable one when it frees its leases', async () => {
    const id = await request('1.4.2');
    await system.append(`deployment/${id}`, { type: 'DeploymentSucceeded', payload: { reason, cleanupAt: null } });
    await sweep();
    expect(await system.engine.ports.leases.read('default', 'edge-1', 'shop')).toMatchObject([{ holder: null, stable: { release: '1.4.2' }, stableBy: id }]);
  });

  it('takes a deployment that has ended out of the queue', async () => {
    await request('1.4.2');
    const second = await request('1.4.3', { priority: 'low' });
    await abort(second);
    const { findings } = await sweep();
    expect(findings).toMatchObject([{ kind: 'lease-of-ended-deployment', reason: 'it is Aborted and still stood in the queue' }]);
    expect(await system.engine.ports.leases.queued('default')).toEqual([]);
  });

  it('plans a queued request whose way is free', async () => {
    const first = await request('1.4.2');
    const second = await request('1.4.3', { priority: 'low' });
    await abort(first);
    await system.engine.ports.leases.free('default', first, {});
    expect(await stateOf(second)).toBe('Requested');
    const { findings } = await sweep();
    expect(findings).toMatchObject([{ kind: 'request-not-planned', subject: `deployment/${second}`, repaired: true }]);
    expect([await holderOf(), await stateOf(second)]).toEqual([second, 'Planned']);
  });

  it('plans a request that got no further than its stream', async () => {
    const id = 'dep-01kaj3zv6w8y2r9d4x5b7c1m0n';
    await system.append(`deployment/${id}`, { type: 'DeploymentRequested', payload: { deployment: id, application: 'shop', release: '1.4.2', environment: 'production', strategy: null, priority: 'normal', ifRunning: 'queue', requestedBy: { id: 'key-1', name: 'ci' }, retryOf: null, rollbackOf: null } });
    const { findings } = await sweep();
    expect(findings.map((one) => one.kind)).toEqual(['read-model-behind', 'request-not-planned']);
    expect([await holderOf(), await stateOf(id), await executionOf(id)]).toEqual([id, 'Planned', { status: 'RUNNING' }]);
  });

  it('starts the execution of a planned deployment that has none', async () => {
    const ports = withoutStarting(system.engine.ports);
    await expect(system.engine.handlers.operations.requestDeployment(
      { ...system.context('default', ports), caller: { tenant: 'default', keyId: 'key-1', keyName: 'ci', role: 'deployer', target: null }, ifMatchVersion: undefined },
      { params: {}, query: {}, body: { application: 'shop', release: '1.4.2', environment: 'production', priority: 'normal', ifRunning: 'queue' } },
    )).rejects.toMatchObject({ code: 'unavailable' });
    const id = (await holderOf()) ?? '';
    await system.project(`deployment/${id}`);
    expect([await stateOf(id), await executionOf(id)]).toEqual(['Planned', undefined]);
    const { findings } = await sweep();
    expect(findings).toMatchObject([{ kind: 'plan-without-execution', subject: `deployment/${id}`, repaired: true }]);
    expect(await executionOf(id)).toEqual({ status: 'RUNNING' });
  });

  it('gives back the token of a wait of which the end is in the stream', async () => {
    const id = await request('1.4.2');
    const { workflow } = system.engine.ports;
    await workflow.park({ tenant: 'default', deployment: id, wait: 'no-such-step' }, 'token-1');
    await system.call('pauseDeployment', { params: { id } });
    const first = (await system.call('getDeployment', { params: { id } })).steps[0]?.id ?? '';
    await workflow.park({ tenant: 'default', deployment: id, wait: `gate:${first}` }, 'token-2');
    const { findings } = await sweep();
    expect(findings).toMatchObject([{ kind: 'read-model-behind' }, { kind: 'wait-not-ended', subject: `deployment/${id}`, repaired: true, reason: expect.stringContaining('waited for no-such-step,') }]);
    expect((await workflow.parked('default', id)).map((one) => one.token)).toEqual(['token-2']);
  });

  it('brings in what the read models do not know', async () => {
    const id = await requestShop(system, '1.4.2');
    await system.engine.ports.readModels.erase('default', 'resources', 'releases/shop/1.4.3');
    const { findings } = await sweep();
    expect(findings.map((one) => [one.kind, one.subject])).toEqual([['read-model-behind', 'release/shop/1.4.3'], ['read-model-behind', `deployment/${id}`]]);
    expect((await system.call('listDeployments')).items).toMatchObject([{ id, state: 'Planned' }]);
    expect((await system.call('listReleases', { params: { application: 'shop' } })).items).toHaveLength(2);
  });

  it('leaves events to the projector for a while, and does not forget them', async () => {
    await sweep();
    const id = await requestShop(system, '1.4.2');
    system.time.advance(GRACE_SECONDS - 1);
    expect((await sweepTenant(system.context())).findings).toEqual([]);
    expect((await sweep()).findings).toMatchObject([{ kind: 'read-model-behind', subject: `deployment/${id}` }]);
  });

  it('does not compare again what it has compared, and compares what comes later', async () => {
    await sweep();
    await system.engine.ports.readModels.erase('default', 'resources', 'releases/shop/1.4.3');
    expect((await sweep()).findings).toEqual([]);
    const id = await requestShop(system, '1.4.2');
    expect((await sweep()).findings).toMatchObject([{ subject: `deployment/${id}` }]);
  });

  it('brings in a tenant for the operators', async () => {
    await system.engine.ports.readModels.erase('operator', 'tenants', 'default');
    system.time.advance(GRACE_SECONDS);
    await system.engine.handlers.schedules.sweep(system.context('operator'));
    expect((await system.call('listTenants', {}, { role: 'operator', tenant: 'operator' })).items).toMatchObject([{ name: 'default' }]);
    expect(await system.events('sweep/2026-11-21', 'operator')).toMatchObject([{ type: 'SweepFound', payload: { kind: 'read-model-behind', subject: 'tenant/default', repaired: true } }]);
  });

  it('records what it found in the tenant\'s stream of the day', async () => {
    const id = await request('1.4.2');
    await abort(id);
    await sweep();
    const repaired = { type: 'SweepFound', payload: { kind: 'lease-of-ended-deployment', subject: `deployment/${id}`, repaired: true, reason: 'it is Aborted and still held edge-1 for shop' } };
    expect(await found()).toEqual([repaired]);
    system.time.advance(12 * 3600);
    await abort(await request('1.4.3'));
    await sweep();
    expect(await found()).toEqual([repaired]);
    expect(await system.events('sweep/2026-11-22')).toMatchObject([{ payload: { kind: 'lease-of-ended-deployment' } }]);
  });
});

describe('a sweep that fails somewhere', () => {
  const failing = (ports: Ports): Ports => ({ ...ports, workflow: { ...withoutStarting(ports).workflow, describe: async () => await Promise.reject(new Failure('unavailable', 'the machines do not answer')) } });

  it('goes on with the rest, tells once a day what it could not repair, and ends with the errors', async () => {
    const id = await request('1.4.2');
    await system.engine.ports.readModels.erase('default', 'resources', 'releases/shop/1.4.3');
    system.time.advance(GRACE_SECONDS);
    const context = system.context('operator', failing(system.engine.ports));
    await expect(system.engine.handlers.schedules.sweep(context)).rejects.toBeInstanceOf(AggregateError);
    await expect(system.engine.handlers.schedules.sweep(context)).rejects.toBeInstanceOf(AggregateError);
    const failed = (kind: string) => ({ type: 'SweepFound', payload: { kind, subject: `deployment/${id}`, repaired: false, reason: 'the sweep failed here: the machines do not answer' } });
    expect(await found()).toMatchObject([{ payload: { kind: 'read-model-behind', repaired: true } }, failed('plan-without-execution'), failed('execution-ended-early')]);
  });

  it('looks again at events that could not be brought in for now', async () => {
    const id = await requestShop(system, '1.4.2');
    const { ports } = system.engine;
    const { readModels } = ports;
    const busy: Ports = { ...ports, readModels: {
      get: async (...asked) => await readModels.get(...asked), list: async (...asked) => await readModels.list(...asked), remove: async (...asked) => await readModels.remove(...asked), erase: async (...asked) => await readModels.erase(...asked), replace: async (...asked) => await readModels.replace(...asked), count: async (...asked) => await readModels.count(...asked),
      put: async (tenant, model, document) => (model === 'deployments' ? await Promise.reject(new Failure('unavailable', 'busy')) : await readModels.put(tenant, model, document)),
    } };
    system.time.advance(GRACE_SECONDS);
    expect((await sweepTenant(system.context('default', busy))).findings).toMatchObject([{ subject: `deployment/${id}`, repaired: false }]);
    expect((await sweep()).findings).toMatchObject([{ subject: `deployment/${id}`, repaired: true }]);
  });
});

/** The ports with machines that cannot be started. */
function withoutStarting(ports: Ports): Ports {
  const { workflow } = ports;
  return { ...ports, workflow: {
    start: async () => await Promise.reject(new Failure('unavailable', 'the process ended here')),
    succeed: async (...asked) => await workflow.succeed(...asked), fail: async (...asked) => await workflow.fail(...asked), describe: async (...asked) => await workflow.describe(...asked),
    park: async (...asked) => await workflow.park(...asked), parked: async (...asked) => await workflow.parked(...asked), unpark: async (...asked) => await workflow.unpark(...asked),
  } };
}
