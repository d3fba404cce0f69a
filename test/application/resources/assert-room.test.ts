import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { documentBounds } from '#contracts/bounds';
import type { DocumentBound } from '#contracts/bounds';

import { QuietSystem } from '../quiet-system.ts';
import { put, putShop, shop } from './shop-documents.ts';

let system: QuietSystem;
beforeEach(async () => { system = await QuietSystem.open(); });
afterEach(async () => await system.close());

const countOf = async (value: string) => await system.engine.ports.readModels.count('default', 'resources', { index: 'kind', value });

/** Does something so many times, as many at once as wait for the database without being refused. */
async function repeat(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  for (let begin = 0; begin < count; begin += 2000) await Promise.all(Array.from({ length: Math.min(2000, count - begin) }, async (_, index) => await work(begin + index)));
}

/** Fills the lists with as many documents of a kind as leave room for one. */
async function fill({ most }: DocumentBound, kind: readonly string[]): Promise<void> {
  await repeat(most - 1, async (index) => await system.engine.ports.readModels.put('default', 'resources', { key: `${kind.join()}/${index}`, version: 1, index: { kind }, document: null }));
}

const refused = ({ many, of, most }: DocumentBound) => ({ code: 'conflict', detail: { detail: `one ${of} may have ${most} ${many}, and this one has ${most}: remove what is not needed any more`, context: { rule: `${many} per ${of}`, most, count: most } } });

describe('a bound of documents', { timeout: 60_000 }, () => {
  it('counts what is there: made, replaced, deleted and made again', async () => {
    const counts = async () => await Promise.all(['Target', 'Application', 'Release/shop', 'Release'].map(countOf));
    await putShop(system);
    await put(system, shop.target('edge-2'));
    await put(system, shop.target('edge-2'));
    expect(await counts()).toEqual([2, 1, 2, 2]);
    await system.call('deleteTarget', { params: { name: 'edge-2' } });
    await system.call('deleteRelease', { params: { application: 'shop', name: '1.4.2' } });
    expect(await counts()).toEqual([1, 1, 1, 1]);
    await put(system, shop.target('edge-2'));
    expect(await counts()).toEqual([2, 1, 1, 1]);
  });

  it('lets the last target in and refuses the next, until one is deleted; another tenant has its own', async () => {
    const [bound] = documentBounds.Target;
    await fill(bound, ['Target']);
    await put(system, shop.target('edge-1'));
    expect(await system.refusal('putTarget', { params: { name: 'edge-2' }, body: shop.target('edge-2') })).toMatchObject(refused(bound));
    expect(await system.events('target/edge-2')).toEqual([]);
    // What is there can be replaced.
    await put(system, { ...shop.target('edge-1'), metadata: { name: 'edge-1', labels: { team: 'a' } } });
    await put(system, shop.target('edge-2'), { tenant: 'other' });
    await system.call('deleteTarget', { params: { name: 'edge-1' } });
    await put(system, shop.target('edge-2'));
  });

  it('of releases holds for each application, and each has its own', async () => {
    const [bound] = documentBounds.Release;
    await put(system, shop.application());
    await fill(bound, ['Release/shop', 'Release']);
    await put(system, shop.release('1.0.0'));
    expect(await system.refusal('putRelease', { params: { application: 'shop', name: '1.0.1' }, body: shop.release('1.0.1') })).toMatchObject(refused(bound));
    expect(bound.most).toBeLessThan(documentBounds.Release[1].most);
  });

  it('of applications, environments and templates is told in the same words', async () => {
    await put(system, shop.target('edge-1'));
    await fill(documentBounds.Application[0], ['Application']);
    await fill(documentBounds.Environment[0], ['Environment']);
    await fill(documentBounds.AnalysisTemplate[0], ['AnalysisTemplate']);
    for (const document of [shop.application(), shop.environment(), shop.template('errors')]) await put(system, document);
    const application = shop.application();
    expect(await system.refusal('putApplication', { params: { name: 'more' }, body: { ...application, metadata: { name: 'more' } } })).toMatchObject(refused(documentBounds.Application[0]));
    expect(await system.refusal('putEnvironment', { params: { name: 'more' }, body: shop.environment({}, 'more') })).toMatchObject(refused(documentBounds.Environment[0]));
    expect(await system.refusal('putAnalysisTemplate', { params: { name: 'more' }, body: shop.template('more') })).toMatchObject(refused(documentBounds.AnalysisTemplate[0]));
  });

  it('of secrets refuses new ones, and lets those that are there be set again', async () => {
    const [bound] = documentBounds.Secret;
    await repeat(bound.most, async (index) => await system.engine.ports.secrets.set('default', `secret-${index}`, 'value', system.time.in(0)));
    const body = { value: 'other' };
    expect(await system.refusal('setSecret', { params: { name: 'more' }, body })).toMatchObject(refused(bound));
    await system.call('setSecret', { params: { name: 'secret-1' }, body });
    await system.call('rotateSecret', { params: { name: 'secret-1' }, body });
    await system.call('deleteSecret', { params: { name: 'secret-1' } });
    await system.call('setSecret', { params: { name: 'more' }, body });
  });

  it('of keys counts those that are valid, and never keeps an operator from making a tenant\'s admin key', async () => {
    const [bound] = documentBounds.ApiKey;
    const body = { name: 'ci', role: 'viewer' };
    await system.call('putTenant', { params: { name: 'default' } }, { role: 'operator', tenant: 'operator' });
    const { id } = await system.call('createKey', { body });
    const facts = { tenant: 'default', name: 'ci', prefix: 'slk_', role: 'viewer', target: null, createdAt: system.time.in(0), lastUsedAt: null, revokedAt: null } as const;
    await repeat(bound.most - 1, async (index) => await system.engine.ports.keys.create({ ...facts, id: `key-${index}`, hash: `hash-${index}`, expiresAt: index === 0 ? system.time.in(60) : null }));
    expect(await system.refusal('createKey', { body })).toMatchObject(refused(bound));
    await system.call('createTenantKey', { params: { name: 'default' }, body: {} }, { role: 'operator', tenant: 'operator' });
    await system.call('revokeKey', { params: { id } });
    expect(await system.refusal('createKey', { body })).toMatchObject({ code: 'conflict' });
    system.time.advance(60);
    await system.call('createKey', { body });
    expect(await system.refusal('createKey', { body })).toMatchObject(refused(bound));
  });

  it('holds for the labels of a document', async () => {
    const labels = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`label-${index}`, 'x']));
    await put(system, { ...shop.target('edge-1'), metadata: { name: 'edge-1', labels: labels(50) } });
    await expect(put(system, { ...shop.target('edge-1'), metadata: { name: 'edge-1', labels: labels(51) } })).rejects.toThrow('must have at most 50 labels');
  });
});
