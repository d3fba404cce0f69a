import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { deploy, setUpShop } from '../shop.ts';
import { SimulatedSystem } from '../simulated-system.ts';

let system: SimulatedSystem;

beforeEach(async () => {
  system = await SimulatedSystem.open();
  await setUpShop(system, { strategy: { type: 'canary', steps: [{ weightPercent: 25 }, { pause: {} }] } });
  await deploy(system, '1.0.0');
  system.done.length = 0;
});

afterEach(async () => {
  await system.close();
});

describe('an agent that was away', () => {
  it('is given what restores the stable release, and not first what was to replace it', async () => {
    system.answering = (command) => (command.verb === 'check' ? 'done' : 'silent');
    const id = await deploy(system, '1.1.0');
    await system.call('abortDeployment', { params: { id }, body: {} });
    await system.settle();
    expect(await system.deployment(id)).toMatchObject({ state: 'RollingBack' });
    system.answering = () => 'done';
    await system.settle();
    expect(await system.deployment(id)).toMatchObject({ state: 'Aborted' });
    expect(system.done.filter((one) => one.verb !== 'check').map((one) => one.desired)).toMatchObject([{ new: null, stable: { release: '1.0.0' } }]);
    expect(await system.engine.ports.readModels.list('default', 'commands', { limit: 10 })).toEqual([]);
  });
});
