import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { compareTargets, highestSeen } from '#application/sweep/compare-targets';
import { GRACE_SECONDS } from '#application/sweep/finding';
import { MAXIMUM_FINDINGS, MAXIMUM_FINDINGS_OF_TARGETS, recordFindings } from '#application/sweep/record-findings';
import { sweepTenant } from '#application/sweep/sweep-tenant';
import type { ComponentHealth } from '#contracts/adapter';

import { setUpShop } from '../shop.ts';
import { SimulatedSystem } from '../simulated-system.ts';

let system: SimulatedSystem;
beforeEach(async () => {
  system = await SimulatedSystem.openWithTenant();
  await setUpShop(system);
});
afterEach(async () => await system.close());

const context = () => system.engine.contextOf('default');
const found = async () => (await system.engine.ports.events.readFeed('default', undefined, 1000)).flatMap((event) => (event.type === 'SweepFound' ? [event.payload] : []));
const madeUp = (count: number, turn: number): readonly ComponentHealth[] => Array.from({ length: count }, (_, index) => ({
  application: `made-up-${turn}-${index}`, component: 'web', release: '1.0.0', state: 'Running', replicas: 1, readyReplicas: 1, reason: '',
}));

describe('an agent that names 200 components of applications that never were, others each time', () => {
  it('makes one finding a day, and keeps no place among the differences that are followed from others', async () => {
    for (let turn = 0; turn < 6; turn += 1) {
      system.telling = () => ({ generations: {}, components: [...madeUp(200, turn)] });
      system.time.advance(GRACE_SECONDS + 1);
      await system.heartbeat();
      expect((await sweepTenant(context())).errors).toEqual([]);
    }
    await system.settle();
    expect(await found()).toMatchObject([{ kind: 'target-differs-from-plan', subject: 'target/local', repaired: false, reason: expect.stringMatching(/200 components run of applications that have nothing there: release 1\.0\.0 of made-up-1-0\/web, .* and others; no deployment/) }]);
    const kept = await system.engine.ports.readModels.get('default', 'sweep', 'targets');
    expect(kept?.document).toMatchObject({ suspects: [{ target: 'local', application: '*', component: '*' }] });
  });
});

describe('the findings of a day', () => {
  const findings = (subject: string, count: number) => Array.from({ length: count }, (_, index) => ({ kind: 'k', subject: `${subject}/${index}`, repaired: index % 2 === 0, reason: 'r' }));
  const recorded = async () => await system.engine.ports.events.read({ tenant: 'default', stream: 'sweep/2026-11-21' });

  it('are bounded, those of targets so that others have room, and the last says that there were more', { timeout: 60_000 }, async () => {
    await recordFindings(context(), findings('target', MAXIMUM_FINDINGS_OF_TARGETS + 50));
    expect([await recorded()].map((events) => [events.length, events.at(-1)?.payload])).toMatchObject([[MAXIMUM_FINDINGS_OF_TARGETS + 1, { kind: 'too-many-findings', subject: 'tenant/default', repaired: false }]]);
    await recordFindings(context(), findings('deployment', 50));
    expect(await recorded()).toHaveLength(MAXIMUM_FINDINGS_OF_TARGETS + 51);
    for (let time = 0; time < 2; time += 1) await recordFindings(context(), findings('deployment/other', MAXIMUM_FINDINGS));
    expect(await recorded()).toHaveLength(MAXIMUM_FINDINGS);
    system.time.advance(86_400);
    await recordFindings(context(), findings('target', 1));
    expect(await system.engine.ports.events.read({ tenant: 'default', stream: 'sweep/2026-11-22' })).toHaveLength(1);
  });
});

describe('the comparison of many targets', () => {
  it('ends between two of them when the sweep\'s time is over, and goes on there in the next sweep', async () => {
    const { readModels } = system.engine.ports;
    for (const key of ['a', 'b', 'c']) await readModels.put('default', 'targets', { key, version: 1, index: {}, document: { instance: 'i', epoch: 1, lastSeenAt: '2026-11-21T00:00:00Z', facts: null } });
    const targets = (await readModels.list('default', 'targets', { limit: 100 })).map(({ key }) => key);
    const sweeps: (readonly string[])[] = [];
    const sweepOf = async (most: number) => {
      const looked: string[] = [];
      await compareTargets(context(), async ({ subject }, look) => {
        looked.push(subject.replace('target/', ''));
        await look();
      }, () => looked.length < most);
      sweeps.push(looked);
    };
    for (const most of [2, 0, 100, 100]) await sweepOf(most);
    expect(sweeps).toEqual([targets.slice(0, 2), [], targets.slice(2), targets]);
  });

  it('is ended by the room that the sweep has for all tenants', async () => {
    system.telling = () => ({ generations: {}, components: [...madeUp(1, 0)] });
    await system.heartbeat();
    const kept = async () => await system.engine.ports.readModels.get('default', 'sweep', 'targets');
    const room = (isInTime: boolean) => ({ ask: async (wanted: number, look: (granted: number) => Promise<void>) => await look(wanted), isInTime: () => isInTime });
    await sweepTenant(context(), room(false));
    expect(await kept()).toBeUndefined();
    await sweepTenant(context(), room(true));
    expect((await kept())?.document).toMatchObject({ suspects: [{ target: 'local' }] });
  });
});

it('an application named as what every object has counts as not seen where the target does not name it', () => {
  expect([highestSeen({}, 'constructor'), highestSeen({ constructor: 3 }, 'constructor'), highestSeen({ shop: 2 }, 'shop')]).toEqual([0, 3, 2]);
});
