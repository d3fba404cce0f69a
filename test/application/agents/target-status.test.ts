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

const agent = { role: 'agent' } as const;
const params = { name: 'edge-1' };
const instance = 'b9f1c7d2-4a6e';

test('the version of a target\'s status is the same exactly while all of it is the same', async () => {
  await put(system, shop.target('edge-1'));
  const versions: (number | undefined)[] = [];
  const look = async () => {
    const [first, again] = [await system.answer('getTargetStatus', { params }), await system.answer('getTargetStatus', { params })];
    expect(again).toEqual(first);
    versions.push(first.version);
    return first.body;
  };
  expect(await look()).toMatchObject({ reachable: false, lastSeenAt: null });
  const { epoch } = await system.call('claimTarget', { params, body: { instance } }, agent);
  expect(await look()).toMatchObject({ reachable: true, epoch });
  await system.call('sendHeartbeat', { params, body: { instance, epoch, facts: { version: '1', addresses: [], allow: [], components: [] } } }, agent);
  expect(await look()).toMatchObject({ version: '1' });
  system.time.advance(3600);
  expect(await look()).toMatchObject({ reachable: false });
  expect(new Set(versions).size).toBe(4);
  for (const version of versions) expect(String(version)).toMatch(/^\d{1,15}$/);
});
