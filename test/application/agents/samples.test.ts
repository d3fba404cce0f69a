import { afterEach, beforeEach, expect, test } from 'vitest';

import { QuietSystem } from '../quiet-system.ts';
import { put, putShop, shop } from '../resources/shop-documents.ts';

let system: QuietSystem;

beforeEach(async () => {
  system = await QuietSystem.open();
});

afterEach(async () => {
  await system.close();
});

const nowSecond = () => Math.floor(system.time.now() / 1000);
const sampleOf = (more: object) => ({ application: 'shop', component: 'web', release: '1.4.2', second: nowSecond(), requests: 3, errors: 0, latency: { zeros: 3, buckets: [] }, ...more });
const kept = async (application: string) => (await system.engine.ports.samples.read('default', { target: 'edge-1', application, fromSecond: 0, toSecond: nowSecond() + 1 })).map(({ release, component }) => `${release} ${component}`);

test('samples with more errors than requests break a rule, and none of the batch is kept', async () => {
  await putShop(system);
  const sample = (errors: number) => sampleOf({ errors });
  const failure = await system.refusal('sendSamples', { body: { target: 'edge-1', samples: [sample(3), sample(4)] } });
  expect(failure).toMatchObject({ code: 'rule-broken', detail: { errors: [{ field: 'samples.1.errors', rule: 'must not be more than requests', value: 4 }] } });
  expect(await system.engine.ports.samples.read('default', { target: 'edge-1', application: 'shop', fromSecond: 0, toSecond: nowSecond() + 1 })).toEqual([]);
  expect(await system.call('sendSamples', { body: { target: 'edge-1', samples: [sample(3)] } })).toMatchObject({ accepted: 1 });
});

test('samples of releases and components that are not there are dropped and counted, and the others are kept', async () => {
  await putShop(system);
  const made = Array.from({ length: 25 }, (_, index) => sampleOf({ release: `9.9.${index}` }));
  const samples = [sampleOf({}), sampleOf({ release: '1.4.3' }), sampleOf({ component: 'worker' }), sampleOf({ application: 'other' }), ...made];
  expect(await system.call('sendSamples', { body: { target: 'edge-1', samples } })).toMatchObject({ accepted: 2, dropped: 27 });
  expect([await kept('shop'), await kept('other')]).toEqual([['1.4.2 web', '1.4.3 web'], []]);
});

test('samples of a release that another tenant has are dropped', async () => {
  await putShop(system, { tenant: 'other' });
  await put(system, shop.target('edge-1'));
  expect(await system.call('sendSamples', { body: { target: 'edge-1', samples: [sampleOf({})] } })).toMatchObject({ accepted: 0, dropped: 1 });
  expect(await kept('shop')).toEqual([]);
});
