import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { rebuildAll } from '#application/rebuild';

import { QuietSystem } from '../quiet-system.ts';
import { put, putShop, requestShop, shop } from './shop-documents.ts';

let system: QuietSystem;

beforeEach(async () => {
  system = await QuietSystem.open();
});

afterEach(async () => {
  await system.close();
});

const names = (list: { readonly items: readonly { readonly metadata: { readonly name: string } }[] }) => list.items.map((one) => one.metadata.name);

describe('listing resources', () => {
  it('shows what was just put, with its version, kind by kind', async () => {
    await putShop(system);
    expect(names(await system.call('listTargets'))).toEqual(['edge-1']);
    expect((await system.call('listApplications')).items).toEqual([{ ...shop.application(), version: 1, updatedAt: '2026-11-21T12:00:00.000Z' }]);
    expect(names(await system.call('listAnalysisTemplates'))).toEqual([]);
  });

  it('shows the releases of the application in the path only', async () => {
    await putShop(system);
    expect(names(await system.call('listReleases', { params: { application: 'shop' } }))).toEqual(['1.4.2', '1.4.3']);
    const store = shop.application();
    await put(system, { ...store, metadata: { ...store.metadata, name: 'store' } });
    expect(names(await system.call('listReleases', { params: { application: 'store' } }))).toEqual([]);
    expect(await system.refusal('listReleases', { params: { application: 'nope' } })).toMatchObject({ code: 'not-found' });
  });

  it('goes on from a cursor in the order of names, and ends without one', async () => {
    for (const name of ['c', 'a', 'd', 'b', 'e']) await put(system, shop.target(name));
    const first = await system.call('listTargets', { query: { limit: 2 } });
    const second = await system.call('listTargets', { query: { limit: 2, cursor: first.nextCursor } });
    const third = await system.call('listTargets', { query: { limit: 2, cursor: second.nextCursor } });
    expect([names(first), names(second), names(third), third.nextCursor]).toEqual([['a', 'b'], ['c', 'd'], ['e'], undefined]);
  });

  it('gives no cursor when the last page is just full', async () => {
    for (const name of ['a', 'b']) await put(system, shop.target(name));
    expect((await system.call('listTargets', { query: { limit: 2 } })).nextCursor).toBeUndefined();
  });
});

describe('projecting events', () => {
  it('brings a resource back as it is now, however often and late its events come again', async () => {
    await put(system, shop.target('edge-1'));
    const changed = { ...shop.target('edge-1'), spec: { provider: 'agent', description: 'changed' } };
    await system.call('putTarget', { params: { name: 'edge-1' }, body: changed });
    await system.project('target/edge-1');
    expect((await system.call('listTargets')).items).toMatchObject([{ spec: { description: 'changed' }, version: 2 }]);
  });

  it('does not bring back a deleted resource, and brings one of the same name that came later', async () => {
    await put(system, shop.target('edge-1'));
    await system.call('deleteTarget', { params: { name: 'edge-1' } });
    await system.project('target/edge-1');
    expect(names(await system.call('listTargets'))).toEqual([]);
    await put(system, shop.target('edge-1'));
    expect((await system.call('listTargets')).items).toMatchObject([{ version: 3 }]);
  });

  it('lists a deployment with what its stream tells', async () => {
    await putShop(system);
    const id = await requestShop(system, '1.4.2');
    expect((await system.call('listDeployments')).items).toEqual([]);
    await system.project(`deployment/${id}`);
    const view = await system.call('getDeployment', { params: { id } });
    for (const query of [{}, { application: 'shop' }, { environment: 'production' }, { state: 'Planned' }]) {
      expect((await system.call('listDeployments', { query })).items).toMatchObject([{ id, state: 'Planned', version: view.version, strategy: 'rolling' }]);
    }
    expect((await system.call('listDeployments', { query: { state: 'Requested' } })).items).toEqual([]);
  });
});

describe('rebuilding the read models', () => {
  it('makes all lists of all tenants anew from the streams', async () => {
    await system.call('putTenant', { params: { name: 'default' } }, { role: 'operator', tenant: 'operator' });
    await putShop(system);
    await put(system, shop.target('gone'));
    await system.call('deleteTarget', { params: { name: 'gone' } });
    const id = await requestShop(system, '1.4.2');
    await system.project(`deployment/${id}`);
    const lists = async () => [
      await system.call('listTargets'), await system.call('listApplications'), await system.call('listEnvironments'), await system.call('listReleases', { params: { application: 'shop' } }),
      await system.call('listDeployments'), await system.call('listTenants', {}, { role: 'operator', tenant: 'operator' }),
    ];
    const before = await lists();
    const { readModels } = system.engine.ports;
    await readModels.erase('default', 'deployments', id);
    await readModels.erase('default', 'resources', 'applications/shop');
    await readModels.put('default', 'resources', { key: 'environments/production', version: 90, index: { kind: 'Environment' }, document: 'newer than its stream' });
    await readModels.put('default', 'resources', { key: 'targets/never-was', version: 9, index: { kind: 'Target' }, document: null });
    await rebuildAll(system.context('operator'));
    expect(await lists()).toEqual(before);
  });
});
