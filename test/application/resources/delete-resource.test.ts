import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { QuietSystem } from '../quiet-system.ts';
import { put, putShop, requestShop, shop } from './shop-documents.ts';

let system: QuietSystem;

beforeEach(async () => {
  system = await QuietSystem.open();
});

afterEach(async () => {
  await system.close();
});

const usersOf = (refusal: { readonly code: string; readonly detail: { readonly context?: { readonly [name: string]: unknown } } }) => [refusal.code, refusal.detail.context?.['usedBy']];
const reason = 'done';

/** Ends a deployment as its machine would, and frees its leases: what it brought serves from now on. */
async function succeed(id: string, release: string): Promise<void> {
  await system.append(`deployment/${id}`, { type: 'DeploymentSucceeded', payload: { reason, cleanupAt: null } });
  await system.engine.ports.leases.free('default', id, { 'edge-1': { release, applicationVersion: 1 } });
}

describe('deleting a resource', () => {
  it('removes it from its path and its list, and records who did it', async () => {
    await put(system, shop.target('edge-1'));
    expect(await system.answer('deleteTarget', { params: { name: 'edge-1' } })).toEqual({ body: null });
    expect(await system.refusal('getTarget', { params: { name: 'edge-1' } })).toMatchObject({ code: 'not-found' });
    expect(await system.refusal('deleteTarget', { params: { name: 'edge-1' } })).toMatchObject({ code: 'not-found' });
    expect(await system.call('listTargets')).toEqual({ items: [] });
    expect((await system.events('target/edge-1')).at(-1)).toEqual({ type: 'ResourceDeleted', payload: { kind: 'Target', name: 'edge-1', by: 'key-alice' } });
  });

  it('names the application of a release in the record', async () => {
    await putShop(system);
    await system.call('deleteRelease', { params: { application: 'shop', name: '1.4.2' } });
    expect((await system.events('release/shop/1.4.2')).at(-1)).toMatchObject({ payload: { kind: 'Release', name: '1.4.2', application: 'shop' } });
  });

  it('lets the name be used again, with a version that goes on', async () => {
    await put(system, shop.template('errors'));
    await system.call('deleteAnalysisTemplate', { params: { name: 'errors' } });
    expect(await system.answer('putAnalysisTemplate', { params: { name: 'errors' }, body: shop.template('errors') })).toMatchObject({ version: 3 });
  });

  it('deletes only the version that If-Match names', async () => {
    await put(system, shop.target('edge-1'));
    expect(await system.refusal('deleteTarget', { params: { name: 'edge-1' } }, { ifMatchVersion: 3 })).toMatchObject({ code: 'precondition-failed' });
    await system.call('deleteTarget', { params: { name: 'edge-1' } }, { ifMatchVersion: 1 });
  });

  it('is done once by several at the same moment', async () => {
    await put(system, shop.target('edge-1'));
    const remove = async () => await system.call('deleteTarget', { params: { name: 'edge-1' } });
    const ended = await Promise.allSettled([remove(), remove(), remove()]);
    expect(ended.map((one) => (one.status === 'rejected' ? one.reason.code : 'deleted')).toSorted()).toEqual(['deleted', 'not-found', 'not-found']);
  });

  it('does not reach another tenant', async () => {
    await put(system, shop.target('edge-1'), { tenant: 'other' });
    expect(await system.refusal('deleteTarget', { params: { name: 'edge-1' } })).toMatchObject({ code: 'not-found' });
    expect(await system.call('getTarget', { params: { name: 'edge-1' } }, { tenant: 'other' })).toMatchObject({ version: 1 });
  });
});

describe('deleting what is used', () => {
  it('is refused for a target of an environment, until that names another', async () => {
    await putShop(system);
    expect(usersOf(await system.refusal('deleteTarget', { params: { name: 'edge-1' } }))).toEqual(['in-use', ['environments/production']]);
    await put(system, shop.target('edge-2'));
    await put(system, shop.environment({ waves: [{ targets: ['edge-2'] }] }));
    await system.call('deleteTarget', { params: { name: 'edge-1' } });
  });

  it('is refused for a target that a deployment holds or waits for, and on which a release serves', async () => {
    await putShop(system);
    const holding = await requestShop(system, '1.4.2');
    const waiting = await requestShop(system, '1.4.3', { priority: 'low' });
    await put(system, shop.target('edge-2'));
    await put(system, shop.environment({ waves: [{ targets: ['edge-2'] }] }));
    expect(usersOf(await system.refusal('deleteTarget', { params: { name: 'edge-1' } }))).toEqual(['in-use', [`deployment ${holding}`, `deployment ${waiting}`]]);
    await succeed(holding, '1.4.2');
    await system.call('abortDeployment', { params: { id: waiting } });
    await system.engine.ports.leases.dequeue('default', waiting);
    expect(usersOf(await system.refusal('deleteTarget', { params: { name: 'edge-1' } }))).toEqual(['in-use', ['releases/shop/1.4.2, which serves there']]);
  });

  it('is refused for an analysis template of an environment or an application', async () => {
    await put(system, shop.template('errors'));
    await put(system, shop.target('edge-1'));
    await put(system, shop.environment({ strategies: { canary: { steps: [{ analysis: { template: 'errors' } }] } } }));
    const application = shop.application();
    await put(system, { ...application, spec: { ...application.spec, strategies: { canary: { analysis: { template: 'errors' } } } } });
    expect(usersOf(await system.refusal('deleteAnalysisTemplate', { params: { name: 'errors' } }))).toEqual(['in-use', ['applications/shop', 'environments/production']]);
    await put(system, application);
    await put(system, shop.environment());
    await system.call('deleteAnalysisTemplate', { params: { name: 'errors' } });
  });

  it('is refused for an application with releases, and named at most twenty times', async () => {
    await putShop(system);
    expect(usersOf(await system.refusal('deleteApplication', { params: { name: 'shop' } }))).toEqual(['in-use', ['releases/shop/1.4.2', 'releases/shop/1.4.3']]);
    for (let minor = 10; minor < 30; minor += 1) await put(system, shop.release(`1.${minor}.0`));
    const refusal = await system.refusal('deleteApplication', { params: { name: 'shop' } });
    expect(refusal.detail.context?.['usedBy']).toHaveLength(20);
    expect(refusal.detail.detail).toMatch(/ and others$/);
  });

  it('is refused for environment, application and release of a deployment that has not ended', async () => {
    await putShop(system);
    const id = await requestShop(system, '1.4.2');
    const user = `deployment ${id}`;
    expect(usersOf(await system.refusal('deleteEnvironment', { params: { name: 'production' } }))).toEqual(['in-use', [user]]);
    expect(usersOf(await system.refusal('deleteRelease', { params: { application: 'shop', name: '1.4.2' } }))).toEqual(['in-use', [user]]);
    expect(usersOf(await system.refusal('deleteApplication', { params: { name: 'shop' } }))).toEqual(['in-use', ['releases/shop/1.4.2', 'releases/shop/1.4.3', user]]);
    await system.call('deleteRelease', { params: { application: 'shop', name: '1.4.3' } });
  });

  it('is refused for a release while it serves, and granted when another does', async () => {
    await putShop(system);
    await succeed(await requestShop(system, '1.4.2'), '1.4.2');
    expect(usersOf(await system.refusal('deleteRelease', { params: { application: 'shop', name: '1.4.2' } }))).toEqual(['in-use', ['targets/edge-1, where it serves']]);
    await system.call('deleteEnvironment', { params: { name: 'production' } });
    await put(system, shop.environment());
    await succeed(await requestShop(system, '1.4.3'), '1.4.3');
    await system.call('deleteRelease', { params: { application: 'shop', name: '1.4.2' } });
  });

  it('is refused for a release that a clean-up is still to stop', async () => {
    await putShop(system);
    await succeed(await requestShop(system, '1.4.2'), '1.4.2');
    const id = await requestShop(system, '1.4.3', { strategy: 'blue-green' });
    await system.append(`deployment/${id}`, { type: 'DeploymentSucceeded', payload: { reason, cleanupAt: system.time.in(30) } });
    await system.engine.ports.leases.free('default', id, { 'edge-1': { release: '1.4.3', applicationVersion: 1 } });
    const old = { params: { application: 'shop', name: '1.4.2' } };
    expect(usersOf(await system.refusal('deleteRelease', old))).toEqual(['in-use', [`deployment ${id}, which is still to stop it on targets/edge-1`]]);
    await system.append(`deployment/${id}`, { type: 'CleanupFinished', payload: { outcome: 'done', reason } });
    await system.call('deleteRelease', old);
  });

  it('finds a deployment that holds nothing yet in the read model', async () => {
    await putShop(system);
    const id = 'dep-01kaj3zv6w8y2r9d4x5b7c1m0n';
    await system.append(`deployment/${id}`, { type: 'DeploymentRequested', payload: { deployment: id, application: 'shop', release: '1.4.2', environment: 'production', strategy: null, priority: 'normal', ifRunning: 'queue', requestedBy: { id: 'key-1', name: 'ci' }, retryOf: null, rollbackOf: null } });
    await system.project(`deployment/${id}`);
    expect(usersOf(await system.refusal('deleteEnvironment', { params: { name: 'production' } }))).toEqual(['in-use', [`deployment ${id}`]]);
  });
});
