import { afterEach, beforeEach, expect, test } from 'vitest';

import { QuietSystem } from '../quiet-system.ts';
import { put, shop } from '../resources/shop-documents.ts';

let system: QuietSystem;

beforeEach(async () => {
  system = await QuietSystem.open();
});

afterEach(async () => {
  await system.close();
});

test('samples with more errors than requests break a rule, and none of the batch is kept', async () => {
  await put(system, shop.target('edge-1'));
  const second = Math.floor(system.time.now() / 1000);
  const sample = (errors: number) => ({ application: 'shop', component: 'web', release: '1.4.2', second, requests: 3, errors, latency: { zeros: 3, buckets: [] } });
  const failure = await system.refusal('sendSamples', { body: { target: 'edge-1', samples: [sample(3), sample(4)] } });
  expect(failure).toMatchObject({ code: 'rule-broken', detail: { errors: [{ field: 'samples.1.errors', rule: 'must not be more than requests', value: 4 }] } });
  expect(await system.engine.ports.samples.read('default', { target: 'edge-1', application: 'shop', fromSecond: 0, toSecond: second })).toEqual([]);
  expect(await system.call('sendSamples', { body: { target: 'edge-1', samples: [sample(3)] } })).toMatchObject({ accepted: 1 });
});
