import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { environmentResource } from '#domain/resources/resource';

import { deploy, setUpShop, shopDocuments } from '../shop.ts';
import { SimulatedSystem } from '../simulated-system.ts';

const strategy = { type: 'canary', steps: [{ weightPercent: 25 }, { bakeSeconds: 3 }] };
const freezes = [{ name: 'evening', startsAt: '2026-11-21T12:00:02Z', endsAt: '2026-11-21T18:00:00Z' }];

let system: SimulatedSystem;
beforeEach(async () => {
  system = await SimulatedSystem.openWithTenant();
});
afterEach(async () => {
  await system.close();
});

const changeFreezes = async (spec: object) => {
  const environment = environmentResource.parse(shopDocuments({ strategy, ...spec }).find((one) => one.kind === 'Environment'));
  await system.call('putEnvironment', { params: { name: 'production' }, body: environment });
};

describe('a deployment that a freeze holds', () => {
  it('goes on within two minutes when the freeze is taken away, and not before', async () => {
    await setUpShop(system, { strategy, freezes });
    await deploy(system, '1.0.0');
    const id = await deploy(system, '1.1.0');
    await system.pass(130);
    expect(await system.deployment(id)).toMatchObject({ state: 'Paused', paused: { by: 'freeze' } });
    await changeFreezes({ freezes: [] });
    await system.pass(120);
    expect(await system.deployment(id)).toMatchObject({ state: 'Succeeded' });
  });

  it('goes on at the new end when the freeze is made shorter or longer', async () => {
    await setUpShop(system, { strategy, freezes });
    await deploy(system, '1.0.0');
    const id = await deploy(system, '1.1.0');
    await system.pass(40);
    await changeFreezes({ freezes: freezes.map((one) => ({ ...one, endsAt: '2026-11-21T12:04:00Z' })) });
    await system.pass(180);
    expect(await system.deployment(id)).toMatchObject({ state: 'Paused' });
    await system.pass(30);
    expect(await system.deployment(id)).toMatchObject({ state: 'Succeeded' });
  });
});
