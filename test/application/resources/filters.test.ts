import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { resource } from '#domain/resources/resource';

import { QuietSystem } from '../quiet-system.ts';
import { put, shop } from './shop-documents.ts';

let system: QuietSystem;

beforeEach(async () => {
  system = await QuietSystem.open();
});

afterEach(async () => {
  await system.close();
});

type Listed = { readonly items: readonly { readonly metadata: { readonly name: string } }[] };

const names = (list: Listed) => list.items.map((one) => one.metadata.name);

/** The document with labels. */
const labelled = (document: { readonly metadata: object; readonly spec: object }, labels: object) => resource.parse({ ...document, metadata: { ...document.metadata, labels } });

async function putReleases(): Promise<void> {
  await put(system, shop.application());
  await put(system, resource.parse({ ...shop.application(), metadata: { name: 'account' } }));
  for (const name of ['1.0.0', '1.1.0']) {
    await put(system, labelled(shop.release(name), { team: 'checkout' }));
    await put(system, labelled({ ...shop.release(name), spec: { ...shop.release(name).spec, application: 'account' } }, { team: name === '1.0.0' ? 'checkout' : 'login' }));
  }
}

describe('releases of all applications', () => {
  const paths = (list: { readonly items: readonly { readonly metadata: { readonly name: string }; readonly spec: { readonly application: string } }[] }) => list.items.map((one) => `${one.spec.application}/${one.metadata.name}`);

  it('are listed by application and name, page by page', async () => {
    await putReleases();
    const first = await system.call('listAllReleases', { query: { limit: 3 } });
    expect(paths(first)).toEqual(['account/1.0.0', 'account/1.1.0', 'shop/1.0.0']);
    const second = await system.call('listAllReleases', { query: { limit: 3, cursor: first.nextCursor } });
    expect([paths(second), second.nextCursor]).toEqual([['shop/1.1.0'], undefined]);
  });

  it('are narrowed by application, by label, and by both', async () => {
    await putReleases();
    expect(paths(await system.call('listAllReleases', { query: { application: 'account' } }))).toEqual(['account/1.0.0', 'account/1.1.0']);
    expect(paths(await system.call('listAllReleases', { query: { label: 'team=checkout' } }))).toEqual(['account/1.0.0', 'shop/1.0.0', 'shop/1.1.0']);
    expect(paths(await system.call('listAllReleases', { query: { label: 'team=checkout', application: 'account' } }))).toEqual(['account/1.0.0']);
    expect(names(await system.call('listReleases', { params: { application: 'shop' }, query: { label: 'team=checkout' } }))).toEqual(['1.0.0', '1.1.0']);
  });

  it('no longer have one that was deleted, and never those of another tenant', async () => {
    await putReleases();
    await system.call('deleteRelease', { params: { application: 'shop', name: '1.0.0' } });
    expect(paths(await system.call('listAllReleases'))).toEqual(['account/1.0.0', 'account/1.1.0', 'shop/1.1.0']);
    expect(paths(await system.call('listAllReleases', {}, { tenant: 'other' }))).toEqual([]);
  });
});

describe('environments', () => {
  it('are listed by a target that they name, also together with a label, and follow their changes', async () => {
    for (const name of ['edge-1', 'edge-2']) await put(system, shop.target(name));
    await put(system, labelled(shop.environment({ waves: [{ targets: ['edge-1'] }, { targets: ['edge-2'] }] }, 'production'), { stage: 'last' }));
    await put(system, shop.environment({ waves: [{ targets: ['edge-1'] }] }, 'staging'));
    const listed = async (query: object) => names(await system.call('listEnvironments', { query }));
    expect(await listed({ target: 'edge-1' })).toEqual(['production', 'staging']);
    expect(await listed({ target: 'edge-2' })).toEqual(['production']);
    expect(await listed({ target: 'edge-1', label: 'stage=last' })).toEqual(['production']);
    expect(await listed({ target: 'edge-1', label: 'stage=first' })).toEqual([]);
    expect(await listed({ target: 'edge-3' })).toEqual([]);
    await put(system, shop.environment({ waves: [{ targets: ['edge-1'] }] }, 'production'));
    expect(await listed({ target: 'edge-2' })).toEqual([]);
  });
});

describe('targets', () => {
  it('are listed by provider, also together with a label', async () => {
    await put(system, labelled(shop.target('edge-1'), { site: 'north' }));
    await put(system, labelled(shop.target('edge-2'), { site: 'south' }));
    const listed = async (query: object) => names(await system.call('listTargets', { query }));
    expect(await listed({ provider: 'agent' })).toEqual(['edge-1', 'edge-2']);
    expect(await listed({ provider: 'agent', label: 'site=south' })).toEqual(['edge-2']);
    await expect(listed({ provider: 'abacus' })).rejects.toMatchObject({ name: 'ZodError' });
    await system.call('deleteTarget', { params: { name: 'edge-1' } });
    expect(await listed({ provider: 'agent' })).toEqual(['edge-2']);
  });
});
