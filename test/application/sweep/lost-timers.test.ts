import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { deploy, setUpShop } from '../shop.ts';
import { SimulatedSystem } from '../simulated-system.ts';

let system: SimulatedSystem;

beforeEach(async () => {
  system = await SimulatedSystem.openWithTenant();
});

afterEach(async () => {
  await system.close();
});

/** Begins a canary, takes its timer away, and lets the time pass in which somebody should have noticed. */
async function loseTimer(steps: readonly object[], timerOf: (id: string) => string, environment: object = {}): Promise<string> {
  await setUpShop(system, { strategy: { type: 'canary', steps }, ...environment });
  await deploy(system, '1.0.0');
  system.behaviour = { '1.0.0': { requests: 50, errors: 0 }, '1.1.0': { requests: 50, errors: 0 } };
  const id = await deploy(system, '1.1.0');
  await system.pass(3);
  await system.engine.ports.timers.cancel('default', timerOf(id));
  await system.pass(20);
  expect((await system.deployment(id)).state).not.toBe('Succeeded');
  system.time.advance(240);
  await system.heartbeat();
  await system.settle();
  await system.pass(70);
  return id;
}

const found = async () => (await system.engine.ports.events.readFeed('default', undefined, 1000)).filter((event) => event.type === 'SweepFound').map((event) => event.payload);

describe('a deployment whose timer was lost', () => {
  it.each([
    ['bake', [{ weightPercent: 25 }, { bakeSeconds: 10 }], '4-bake'],
    ['pause', [{ weightPercent: 25 }, { pause: { durationSeconds: 10 } }], '4-pause'],
  ])('goes on after its %s', async (_kind, steps, step) => {
    const id = await loseTimer(steps, (deployment) => `wait/default/${deployment}/${step}`);
    expect(await system.deployment(id)).toMatchObject({ state: 'Succeeded' });
    expect(await found()).toMatchObject([{ kind: 'timer-lost', repaired: true, reason: `there was no timer for the end of ${step}` }]);
  });

  it('is looked at again, where the timer of its analysis was lost', async () => {
    const id = await loseTimer([{ weightPercent: 25 }, { analysis: { template: 'errors' } }], (deployment) => `look/default/${deployment}/4-analyse/1`);
    expect((await system.deployment(id)).verdicts).not.toEqual([]);
    expect(await found()).toMatchObject([{ kind: 'timer-lost', repaired: true, reason: 'there was no timer for the next look of 4-analyse' }]);
  });

  it('goes on after a freeze', async () => {
    const freezes = [{ name: 'evening', startsAt: '2026-11-21T12:00:02Z', endsAt: '2026-11-21T12:00:10Z' }];
    const id = await loseTimer([{ weightPercent: 25 }, { bakeSeconds: 3 }], (deployment) => `freeze/default/${deployment}`, { freezes });
    expect(await system.deployment(id)).toMatchObject({ state: 'Succeeded' });
    expect(await found()).toMatchObject([{ kind: 'timer-lost', repaired: true, reason: 'there was no timer for the end of a freeze' }]);
  });
});
