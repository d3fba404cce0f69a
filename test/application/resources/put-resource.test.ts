import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { MAXIMUM_DOCUMENT_BYTES } from '#application/resources/check-resource';
import { loadResource } from '#application/resources/load-resource';

import { QuietSystem } from '../quiet-system.ts';
import { put, putShop, shop } from './shop-documents.ts';

let system: QuietSystem;

beforeEach(async () => {
  system = await QuietSystem.open();
});

afterEach(async () => {
  await system.close();
});

const target = shop.target('edge-1');
const described = { ...target, spec: { ...target.spec, description: 'the machine in the warehouse' } };

describe('putting a resource', () => {
  it('makes it, and replaces it with a version that grows', async () => {
    const made = await system.answer('putTarget', { params: { name: 'edge-1' }, body: target });
    expect(made).toEqual({ body: { ...target, version: 1, updatedAt: '2026-11-21T12:00:00.000Z' }, version: 1 });
    system.time.advance(5);
    const replaced = await system.answer('putTarget', { params: { name: 'edge-1' }, body: described });
    expect(replaced).toEqual({ body: { ...described, version: 2, updatedAt: '2026-11-21T12:00:05.000Z' }, version: 2 });
    expect(await system.answer('getTarget', { params: { name: 'edge-1' } })).toEqual(replaced);
    expect(await system.events('target/edge-1')).toEqual([
      { type: 'ResourceApplied', payload: { resource: target, by: 'key-alice' } },
      { type: 'ResourceApplied', payload: { resource: described, by: 'key-alice' } },
    ]);
  });

  it('appends nothing for content that is there, in whatever order its fields come', async () => {
    await put(system, described);
    system.time.advance(5);
    const { spec } = described;
    const again = await system.answer('putTarget', { params: { name: 'edge-1' }, body: { ...described, spec: { description: spec.description, provider: spec.provider } } });
    expect(again).toMatchObject({ version: 1, body: { updatedAt: '2026-11-21T12:00:00.000Z' } });
    expect(await system.events('target/edge-1')).toHaveLength(1);
  });

  it('refuses a name other than that of the path, and changes nothing', async () => {
    const refused = await system.refusal('putTarget', { params: { name: 'edge-2' }, body: target });
    expect(refused).toMatchObject({ code: 'rule-broken', detail: { errors: [{ field: 'metadata.name', rule: 'must be the name in the path (edge-2)', value: 'edge-1' }] } });
    expect(await system.events('target/edge-2')).toEqual([]);
  });

  it('replaces only the version that If-Match names', async () => {
    await put(system, target);
    expect(await system.refusal('putTarget', { params: { name: 'edge-1' }, body: described }, { ifMatchVersion: 2 })).toMatchObject({ code: 'precondition-failed', detail: { context: { presentVersion: 1 } } });
    expect(await system.answer('putTarget', { params: { name: 'edge-1' }, body: described }, { ifMatchVersion: 1 })).toMatchObject({ version: 2 });
  });

  it('makes nothing new for an If-Match', async () => {
    expect(await system.refusal('putTarget', { params: { name: 'edge-1' }, body: target }, { ifMatchVersion: 1 })).toMatchObject({ code: 'precondition-failed' });
    expect(await system.events('target/edge-1')).toEqual([]);
  });

  it('lets all of several writers at once succeed, one after the other', async () => {
    const writers = ['a', 'b', 'c', 'd'].map((description) => system.answer('putTarget', { params: { name: 'edge-1' }, body: { ...target, spec: { ...target.spec, description } } }));
    const versions = (await Promise.all(writers)).map((one) => one.version);
    expect(versions.toSorted()).toEqual([1, 2, 3, 4]);
  });

  it('lets one of several writers of the same version succeed', async () => {
    await put(system, target);
    const writers = ['a', 'b', 'c'].map((description) => system.answer('putTarget', { params: { name: 'edge-1' }, body: { ...target, spec: { ...target.spec, description } } }, { ifMatchVersion: 1 }));
    const ended = await Promise.allSettled(writers);
    expect(ended.map((one) => (one.status === 'rejected' ? one.reason.code : 'written')).toSorted()).toEqual(['precondition-failed', 'precondition-failed', 'written']);
  });

  it('names every rule that is broken at once', async () => {
    const broken = shop.application({ name: 'web' }, { name: 'mail', type: 'worker', dependencies: ['cache'] });
    expect(await system.refusal('putApplication', { params: { name: 'shop' }, body: broken })).toMatchObject({ code: 'rule-broken', detail: { errors: [{ field: 'spec.components.0.port' }, { field: 'spec.components.1.dependencies.0', value: 'cache' }] } });
  });

  it('names every reference that does not exist', async () => {
    await put(system, target);
    const environment = shop.environment({ waves: [{ targets: ['edge-1', 'edge-9'] }], strategy: { type: 'canary', analysis: { template: 'errors' } } });
    expect(await system.refusal('putEnvironment', { params: { name: 'production' }, body: environment })).toMatchObject({
      code: 'unknown-reference',
      detail: { errors: [
        { field: 'spec.waves.0.targets.1', rule: 'must name a target that exists', value: 'edge-9' },
        { field: 'spec.strategy.analysis.template', rule: 'must name an analysis template that exists', value: 'errors' },
      ] },
    });
  });

  it('does not find another tenant\'s resources', async () => {
    await put(system, target, { tenant: 'other' });
    expect(await system.refusal('putEnvironment', { params: { name: 'production' }, body: shop.environment() })).toMatchObject({ code: 'unknown-reference' });
    expect(await system.refusal('getTarget', { params: { name: 'edge-1' } })).toMatchObject({ code: 'not-found' });
    expect(await system.call('listTargets')).toEqual({ items: [] });
  });

  it('asks for no secret to exist yet', async () => {
    const body = shop.application({ name: 'web', port: 8080, environment: [{ name: 'PASSWORD', valueFrom: { secret: 'not-yet' } }] });
    expect(await system.answer('putApplication', { params: { name: 'shop' }, body })).toMatchObject({ version: 1 });
  });

  it('refuses a document that fits into no event, and says how large it is', async () => {
    const variables = Array.from({ length: 8 }, (_, index) => ({ name: `TEXT_${index}`, value: 'x'.repeat(4000) }));
    const refused = await system.refusal('putApplication', { params: { name: 'shop' }, body: shop.application({ name: 'web', port: 8080, environment: variables }) });
    expect(refused).toMatchObject({ code: 'rule-broken', detail: { errors: [{ field: 'spec', rule: expect.stringMatching(`at most ${MAXIMUM_DOCUMENT_BYTES} bytes of JSON; it has 32\\d\\d\\d`) }] } });
  });

  it('takes a document that just fits', async () => {
    const fixed = JSON.stringify(shop.application({ name: 'web', port: 8080, environment: [{ name: 'TEXT_0', value: '' }, { name: 'TEXT_1', value: '' }, { name: 'TEXT_2', value: '' }, { name: 'TEXT_3', value: '' }] })).length;
    const sizes = [8000, 8000, 8000, MAXIMUM_DOCUMENT_BYTES - 24_000 - fixed];
    const body = shop.application({ name: 'web', port: 8080, environment: sizes.map((size, index) => ({ name: `TEXT_${index}`, value: 'x'.repeat(size) })) });
    expect(JSON.stringify(body)).toHaveLength(MAXIMUM_DOCUMENT_BYTES);
    expect(await system.answer('putApplication', { params: { name: 'shop' }, body })).toMatchObject({ version: 1 });
  });
});

describe('putting a release', () => {
  const releasePath = { params: { application: 'shop', name: '1.4.2' } };

  it('makes it once, and answers the same to a repetition', async () => {
    await putShop(system);
    const again = await system.answer('putRelease', { ...releasePath, body: shop.release('1.4.2') });
    expect(again).toMatchObject({ version: 1, body: { metadata: { name: '1.4.2' } } });
    expect(await system.events('release/shop/1.4.2')).toHaveLength(1);
  });

  it('refuses other content under the same name', async () => {
    await putShop(system);
    const body = shop.release('1.4.2', [{ name: 'web', artefact: { command: ['node', 'other.mjs'] } }]);
    expect(await system.refusal('putRelease', { ...releasePath, body })).toMatchObject({ code: 'rule-broken', detail: { errors: [{ field: 'spec', rule: 'is immutable: release 1.4.2 of shop exists, or has existed, with other content; make a new release' }] } });
  });

  it('refuses other content also after it was deleted, and takes the same again', async () => {
    await putShop(system);
    await system.call('deleteRelease', releasePath);
    const body = shop.release('1.4.2', [{ name: 'web', artefact: { command: ['node', 'other.mjs'] } }]);
    expect(await system.refusal('putRelease', { ...releasePath, body })).toMatchObject({ code: 'rule-broken', detail: { errors: [{ field: 'spec' }] } });
    expect(await system.answer('putRelease', { ...releasePath, body: shop.release('1.4.2') })).toMatchObject({ version: 3 });
  });

  it('refuses one of another application than the path\'s', async () => {
    await putShop(system);
    expect(await system.refusal('putRelease', { params: { application: 'store', name: '1.4.2' }, body: shop.release('1.4.2') })).toMatchObject({ code: 'rule-broken', detail: { errors: [{ field: 'spec.application', value: 'shop' }] } });
  });

  it('refuses one of an application that does not exist', async () => {
    expect(await system.refusal('putRelease', { ...releasePath, body: shop.release('1.4.2') })).toMatchObject({ code: 'unknown-reference', detail: { errors: [{ field: 'spec.application', value: 'shop' }] } });
  });

  it('refuses components that are not the application\'s', async () => {
    await put(system, shop.application({ name: 'web', port: 8080 }, { name: 'mail', type: 'worker' }));
    const body = shop.release('1.4.2', [{ name: 'web', artefact: { command: ['node'] } }, { name: 'cache', artefact: { command: ['node'] } }]);
    expect(await system.refusal('putRelease', { ...releasePath, body })).toMatchObject({ code: 'rule-broken', detail: { errors: [{ field: 'spec.components.1.name', value: 'cache' }, { field: 'spec.components', rule: 'must have an artefact for the application\'s component mail' }] } });
  });
});

describe('loading a resource', () => {
  it('finds the document of an earlier version, also after it was changed and deleted', async () => {
    await put(system, target);
    await put(system, described);
    await system.call('deleteTarget', { params: { name: 'edge-1' } });
    const context = system.context();
    const reference = { kind: 'Target', name: 'edge-1' } as const;
    expect(await loadResource(context, reference, 1)).toMatchObject({ resource: target, version: 1 });
    expect(await loadResource(context, reference, 2)).toMatchObject({ resource: described, version: 2 });
    expect(await loadResource(context, reference, 3)).toBeUndefined();
    expect(await loadResource(context, reference)).toBeUndefined();
  });
});
