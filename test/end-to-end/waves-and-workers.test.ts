import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { stepsOf } from './deployment.ts';
import { Shop } from './shop.ts';
import type { Component } from './shop.ts';
import { Tenant } from './tenant.ts';

let tenant: Tenant;
beforeAll(async () => { tenant = await Tenant.open('waves'); });
afterAll(async () => await tenant.close());

describe.concurrent('waves', () => {
  it('change one after the other, the targets of one together', async () => {
    const shop = await Shop.open(tenant, { waves: [1, 2], strategy: { type: 'canary', steps: [{ weightPercent: 50 }] } });
    await shop.isServed();
    const [first, ...second] = shop.agents;
    const ended = await (await shop.deploy('1.1.0')).endsAs('Succeeded');
    expect(stepsOf(ended)).toHaveLength(11);
    expect(ended.steps.map((one) => one.wave)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0]);
    const shifts = ended.steps.filter((one) => one.kind === 'shift').map((one) => one.commands.map((command) => command.target));
    expect(shifts).toEqual([[first?.target], second.map((one) => one.target)]);
    for (const agent of shop.agents) expect(agent.applied()).toEqual(['1.1.0×2 1.0.0×4 0 %', '1.1.0×2 1.0.0×4 50 %', '1.1.0×4 1.0.0×4 100 %', '1.1.0×4 - 100 %']);
    expect(ended.weightPercent).toEqual(Object.fromEntries(shop.agents.map((one) => [one.target, 100])));
  });

  it('go back together when one target of a later wave fails', async () => {
    const shop = await Shop.open(tenant, { waves: [1, 2], strategy: { type: 'rolling', batchSize: '100%' } });
    await shop.isServed();
    const last = shop.agents.at(-1);
    if (last === undefined) throw new Error('there are three agents');
    last.handling = ({ verb, desired }) => (verb === 'apply' && desired.new !== null ? 'failed' : 'succeeded');
    const ended = await (await shop.deploy('1.1.0')).endsAs('RolledBack');
    expect(ended.reason).toContain(last.target);
    for (const agent of shop.agents) expect(agent.applied().at(-1)).toBe('- 1.0.0×4 0 %');
    expect(ended.weightPercent).toEqual(Object.fromEntries(shop.agents.map((one) => [one.target, 0])));
  });
});

describe.concurrent('components', () => {
  const components: readonly Component[] = [
    { name: 'mailer', type: 'worker', replicas: 1, dependencies: ['ledger'] },
    { name: 'web', port: 8080, replicas: 2 },
    { name: 'ledger', type: 'worker', replicas: 1 },
    { name: 'till', port: 8081, replicas: 2 },
  ];

  it('that take traffic move together; workers follow when all traffic is moved, after what they need', async () => {
    const shop = await Shop.open(tenant, { components, strategy: { type: 'canary', steps: [{ weightPercent: 50 }] } });
    await shop.isServed();
    const ended = await (await shop.deploy('1.1.0')).endsAs('Succeeded');
    const componentsOf = (kind: string) => ended.steps.filter((one) => one.kind === kind).map((one) => one.commands.map((command) => command.component).toSorted());
    expect(componentsOf('shift')).toEqual([['till', 'web']]);
    expect(componentsOf('workers')).toEqual([['ledger'], ['mailer']]);
    const kinds = ended.steps.map((one) => one.kind);
    expect(kinds.indexOf('workers')).toBeGreaterThan(kinds.lastIndexOf('promote'));
    const ofWorkers = shop.agent.commands.filter((one) => one.component === 'ledger' && one.verb === 'apply');
    expect(ofWorkers.map(({ desired }) => [desired.new?.release, desired.stable])).toEqual([['1.1.0', null]]);
  });

  it('go back in reverse: workers first', async () => {
    const shop = await Shop.open(tenant, { components, strategy: { type: 'canary', steps: [{ weightPercent: 50 }] } });
    await shop.isServed();
    shop.agent.handling = ({ component, verb, desired }) => (component === 'mailer' && verb === 'apply' && desired.new !== null ? 'failed' : 'succeeded');
    const ended = await (await shop.deploy('1.1.0')).endsAs('RolledBack');
    expect(ended.steps.filter((one) => one.phase === 'rollback').map((one) => one.commands.map((command) => command.component).toSorted())).toEqual([['ledger', 'mailer'], ['till', 'web']]);
    expect(ended.reason).toContain('mailer');
  });

  it('are left alone where nothing of them changes', async () => {
    const shop = await Shop.open(tenant, { components });
    await shop.isServed();
    const head = { apiVersion: 'sluice.dev/v1' } as const;
    const same = (name: string) => ({ name, artefact: { command: ['node', '1.0.0.mjs'] } });
    const spec = { application: shop.application, components: [same('mailer'), same('ledger'), same('till'), { name: 'web', artefact: { command: ['node', 'new.mjs'] } }] };
    await tenant.client.putRelease({ params: { application: shop.application, name: '1.0.1' }, body: { ...head, kind: 'Release', metadata: { name: '1.0.1' }, spec } });
    await (await shop.deploy('1.0.1')).endsAs('Succeeded');
    expect(new Set(shop.agent.commands.map((one) => one.component))).toEqual(new Set(['web']));
  });
});
