import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { deploy, setUpShop } from '../shop.ts';
import { SimulatedSystem } from '../simulated-system.ts';

let system: SimulatedSystem;

beforeEach(async () => {
  system = await SimulatedSystem.open();
  await setUpShop(system);
  await deploy(system, '1.0.0');
  system.behaviour = { '1.0.0': { requests: 50, errors: 0 }, '1.2.0': { requests: 50, errors: 5 } };
});

afterEach(async () => {
  await system.close();
});

describe('the analysis behind all steps', () => {
  it('looks in its own time, also where the steps follow each other faster than it looks', async () => {
    const steps = [25, 50, 75].flatMap((weightPercent) => [{ weightPercent }, { bakeSeconds: 4 }]);
    const id = await deploy(system, '1.2.0', { strategy: { type: 'canary', steps, analysis: { template: 'errors' } } });
    await system.pass(8);
    expect(await system.deployment(id)).toMatchObject({ state: 'RolledBack', verdicts: [{ step: null, verdict: 'Failed' }], weightPercent: { local: 0 } });
  });
});
