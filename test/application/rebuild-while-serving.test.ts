import { afterEach, beforeEach, expect, it } from 'vitest';

import { everyDocument } from '#application/every-document';
import { PROJECTED_MODELS } from '#application/projector';
import { rebuildAll } from '#application/rebuild';

import { QuietSystem } from './quiet-system.ts';
import { put, putShop, requestShop, shop } from './resources/shop-documents.ts';

let system: QuietSystem;
beforeEach(async () => {
  system = await QuietSystem.open();
});
afterEach(async () => { await system.close(); });

const TARGETS = Array.from({ length: 60 }, (_, index) => `target-${index}`);

async function documents(): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const model of PROJECTED_MODELS) {
    for await (const document of everyDocument(system.context(), model)) found.push(document);
  }
  return found;
}

it('lists that are made anew while others read and write show every document at any time, and are equal in the end to those made at rest', async () => {
  await system.call('putTenant', { params: { name: 'default' } }, { role: 'operator', tenant: 'operator' });
  await putShop(system);
  for (const name of TARGETS) await put(system, shop.target(name));
  const id = await requestShop(system, '1.4.2');
  await system.project(`deployment/${id}`);
  const { readModels } = system.engine.ports;
  // Wrong as a fault of an earlier version may have left it: rebuilding puts it right.
  await readModels.replace('default', 'resources', { key: 'targets/target-7', version: 1, index: { kind: 'Target' }, document: { resource: shop.target('target-7'), updatedAt: '2000-01-01T00:00:00.000Z' } });
  const state = { isDone: false };
  const rebuilding = rebuildAll(system.context('operator')).finally(() => { state.isDone = true; });
  const seen: number[] = [];
  const read = async () => {
    while (!state.isDone) {
      const targets = (await system.call('listTargets', { query: { limit: 200 } })).items.filter(({ metadata }) => TARGETS.includes(metadata.name));
      seen.push(targets.length);
      expect((await system.call('listDeployments')).items.map((one) => one.id)).toEqual([id]);
    }
  };
  const write = async () => {
    for (let number = 0; !state.isDone; number += 1) {
      await put(system, shop.target(`new-${number}`));
      if (number % 2 === 0) await system.call('deleteTarget', { params: { name: `new-${number}` } });
    }
  };
  await Promise.all([rebuilding, read(), write()]);
  expect(seen.length).toBeGreaterThan(3);
  expect(new Set(seen)).toEqual(new Set([TARGETS.length]));
  const after = await documents();
  for (const model of PROJECTED_MODELS) {
    for await (const { key } of everyDocument(system.context(), model)) await readModels.erase('default', model, key);
  }
  await rebuildAll(system.context('operator'));
  expect(await documents()).toEqual(after);
});
