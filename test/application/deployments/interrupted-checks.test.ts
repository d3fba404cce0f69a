import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { keepAnswer, keptAnswer, inboxItemOf, putInInbox, readInbox } from '#application/agents/inbox';
import { nowOf } from '#application/context';
import { checksBefore } from '#application/deployments/checks';
import { requireDeployment } from '#application/deployments/load-deployment';
import { readSide } from '#application/deployments/planning-sources';
import { environmentOf } from '#application/machine/freeze-hold';
import type { Command } from '#contracts/adapter';

import type { QuietSystem } from '../quiet-system.ts';
import { openShop, requestShop, shop } from '../resources/shop-documents.ts';

let system: QuietSystem;

beforeEach(async () => {
  system = await openShop();
});

afterEach(async () => {
  await system.close();
});

const check = (deadlineSeconds: number): Command => ({ id: 'dep-1/validate/edge-1/web', deployment: null, application: 'shop', target: 'edge-1', component: 'web', verb: 'check', generation: 0, desired: { new: null, stable: null, weightPercent: 0 }, deadline: system.time.in(deadlineSeconds) });

describe('a check whose asker was interrupted', () => {
  it('is asked again with a later deadline, and answered anew', async () => {
    const context = system.context();
    await putInInbox(context, [check(15)], nowOf(context));
    system.time.advance(20);
    await putInInbox(context, [check(15)], nowOf(context));
    expect(await readInbox(context, 'edge-1', nowOf(context))).toMatchObject([{ deadline: system.time.in(15) }]);
    const item = await inboxItemOf(context, check(15).id);
    if (item === undefined) throw new Error('the check is gone');
    await keepAnswer(context, item, { command: item.command.id, outcome: 'succeeded', reason: 'it could be done' });
    expect(await keptAnswer(context, item.command.id)).toEqual({ outcome: 'succeeded', reason: 'it could be done' });
    expect(await readInbox(context, 'edge-1', nowOf(context))).toEqual([]);
  });
});

describe('the checks before a deployment', () => {
  const claim = async () => await system.call('claimTarget', { params: { name: 'edge-1' }, body: { instance: 'instance-1' } }, { role: 'agent' });

  /** Checks, lets seconds pass in tenths, and answers whether the target counted as reachable. */
  async function reachableAfter(seconds: number, meanwhile: (second: number) => Promise<unknown>): Promise<string | undefined> {
    const id = await requestShop(system, '1.4.2');
    const context = system.context();
    const { state } = await requireDeployment(context, id);
    if (state.plan === null) throw new Error('it was not planned');
    const about = { id, deployment: id, application: 'shop', plan: state.plan, new: await readSide(context, 'shop', state.plan.new), environment: (await environmentOf(context, state)).spec, passesFreezes: false };
    const checking = checksBefore(context, about);
    for (let tenth = 0; tenth < seconds * 10; tenth += 1) {
      if (tenth % 10 === 0) await meanwhile(tenth / 10);
      await system.engine.counts();
      system.time.advance(0.1);
    }
    return (await checking).find((one) => one.check === 'reachable/edge-1')?.outcome;
  }

  it('wait half a minute for a target that was heard of before, as it was away with us', async () => {
    await claim();
    system.time.advance(600);
    expect(await reachableAfter(60, async (second) => (second === 25 ? await claim() : undefined))).toBe('passed');
  });

  it('fail for a target that does not come back', async () => {
    await claim();
    system.time.advance(600);
    expect(await reachableAfter(60, async () => undefined)).toBe('failed');
  });

  it('do not wait for a target that was never heard of', async () => {
    expect(await reachableAfter(1, async () => undefined)).toBe('failed');
  });
});

describe('a hold for a freeze', () => {
  it('has its timer before it is in the stream, so that it ends whatever happens in between', async () => {
    const id = await requestShop(system, '1.4.2');
    await system.call('putEnvironment', { params: { name: 'production' }, body: shop.environment({ freezes: [{ name: 'now', startsAt: system.time.in(-1), endsAt: system.time.in(60) }] }) });
    const { ports } = system.engine;
    const broken = { ...ports, events: { ...ports.events, read: ports.events.read.bind(ports.events), readLast: ports.events.readLast.bind(ports.events), append: async () => await Promise.reject(new Error('the process ends here')) } };
    const entering = system.engine.handlers.tasks['enter-gate'](system.context('default', { ...ports, ...broken }), { tenant: 'default', deployment: id, step: '1-promote', token: 'token' });
    await expect(entering).rejects.toThrow('the process ends here');
    expect(await system.engine.counts()).toMatchObject({ timers: 1 });
  });
});
