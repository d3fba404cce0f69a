import { afterEach, expect, test } from 'vitest';

import { SimulatedSystem } from '../simulated-system.ts';
import { setUpShop, shopDocuments } from '../shop.ts';

let system: SimulatedSystem;

afterEach(async () => {
  await system.close();
});

test('a list of resources is narrowed to those that carry a label, and follows its changes', async () => {
  system = await SimulatedSystem.open();
  await setUpShop(system);
  const application = shopDocuments().find((one) => one.kind === 'Application');
  if (application?.kind !== 'Application') throw new Error('the shop has an application');
  const listed = async (label: string) => (await system.call('listApplications', { query: { limit: 50, label } })).items.map((one) => one.metadata.name);
  expect(await listed('team=checkout')).toEqual([]);
  await system.call('putApplication', { params: { name: 'shop' }, body: { ...application, metadata: { name: 'shop', labels: { team: 'checkout' } } } });
  expect(await listed('team=checkout')).toEqual(['shop']);
  expect(await listed('team=search')).toEqual([]);
  await system.call('putApplication', { params: { name: 'shop' }, body: application });
  expect(await listed('team=checkout')).toEqual([]);
});
