import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { deploy, setUpShop } from '../shop.ts';
import { SimulatedSystem } from '../simulated-system.ts';

let system: SimulatedSystem;
let id: string;

beforeEach(async () => {
  system = await SimulatedSystem.open();
  await setUpShop(system, { strategy: { type: 'blue-green', scaleDownDelaySeconds: 5 } });
  await deploy(system, '1.0.0');
  id = await deploy(system, '1.1.0');
  system.done.length = 0;
  system.agentIsUp = false;
});

afterEach(async () => {
  await system.close();
});

const cleaned = async () => (await system.call('listDeploymentEvents', { params: { id }, query: { limit: 100 } })).items.filter((one) => one.type === 'CleanupFinished').map((one) => one.payload);

describe('the clean-up after a deployment', () => {
  it('is done by an agent that was away for hours', async () => {
    system.time.advance(5);
    await system.settle();
    system.time.advance(6 * 3600);
    await system.settle();
    expect(await cleaned()).toEqual([]);
    system.agentIsUp = true;
    await system.pass(2);
    expect(system.done.map((one) => one.desired)).toMatchObject([{ new: { release: '1.1.0' }, stable: null }]);
    expect(await cleaned()).toMatchObject([{ outcome: 'done' }]);
  });

  it('is done although a later deployment found all as it should be, and changed nothing', async () => {
    system.agentIsUp = true;
    await deploy(system, '1.1.0');
    expect(system.done).toEqual([]);
    await system.pass(6);
    expect(system.done.map((one) => one.desired)).toMatchObject([{ new: { release: '1.1.0' }, stable: null }]);
    expect(await cleaned()).toMatchObject([{ outcome: 'done' }]);
  });

  it('waits for a later deployment that may still change something, and is done when that was turned away', async () => {
    system.agentIsUp = true;
    await setUpShop(system, { strategy: { type: 'blue-green' }, approvals: { required: 1 } });
    const later = await deploy(system, '1.2.0');
    await system.pass(6);
    expect(await system.deployment(later)).toMatchObject({ state: 'Progressing' });
    expect(await cleaned()).toEqual([]);
    await system.call('denyDeployment', { params: { id: later }, body: {} });
    await system.settle();
    expect(await system.deployment(later)).toMatchObject({ state: 'Aborted' });
    await system.pass(60);
    expect(system.done.filter((one) => one.verb === 'apply').map((one) => one.desired)).toMatchObject([{ new: { release: '1.1.0' }, stable: null }]);
    expect(await cleaned()).toMatchObject([{ outcome: 'done' }]);
  });

  it('is left to a later deployment that has changed something', async () => {
    system.agentIsUp = true;
    await deploy(system, '1.2.0', { strategy: { type: 'canary', steps: [{ weightPercent: 25 }, { pause: {} }] } });
    await system.pass(6);
    expect(await cleaned()).toMatchObject([{ outcome: 'takenOver' }]);
  });

  it('is given up, with its reason, when nobody has done it within a week', async () => {
    system.time.advance(5);
    await system.settle();
    system.time.advance(7 * 86_400 + 1);
    await system.settle();
    expect(await cleaned()).toMatchObject([{ outcome: 'failed', reason: expect.stringContaining('within 7 days') }]);
    system.agentIsUp = true;
    await system.pass(2);
    expect(system.done).toEqual([]);
  });
});
