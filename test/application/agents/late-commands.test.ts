import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { putInInbox, readInbox } from '#application/agents/inbox';
import type { Command } from '#contracts/adapter';

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

describe('a command that nobody waits for any more', () => {
  /** The forward command of a deployment, which is then aborted and taken back. */
  const abandonedCommand = async (): Promise<Command> => {
    system.answering = (command) => (command.verb === 'check' ? 'done' : 'silent');
    const id = await deploy(system, '1.1.0');
    const [waiting] = await readInbox(context(), 'local', now());
    if (waiting === undefined) throw new Error('no command waits');
    system.answering = () => 'done';
    await system.call('abortDeployment', { params: { id }, body: {} });
    await system.settle();
    expect(await system.deployment(id)).toMatchObject({ state: 'Aborted' });
    system.done.length = 0;
    return waiting;
  };
  const context = () => system.engine.contextOf('default');
  const now = () => system.time.in(0);
  const inbox = async () => (await system.engine.ports.readModels.list('default', 'commands', { limit: 1000 })).map((one) => one.key);

  it('is not brought back by a late repetition after it was reported on', async () => {
    const stale = await abandonedCommand();
    await putInInbox(context(), [stale], now());
    expect(await readInbox(context(), 'local', now())).toEqual([]);
    expect(await inbox()).toEqual([]);
  });

  it('is not handed out and goes, also when it comes into the inbox only after the end', async () => {
    const stale = await abandonedCommand();
    const never = { ...stale, id: `${stale.id}-again` };
    await putInInbox(context(), [never], now());
    expect(await inbox()).toEqual([never.id]);
    expect(await readInbox(context(), 'local', now())).toEqual([]);
    expect(await inbox()).toEqual([]);
  });

  it('is never handed out before a newer one, however many of them there are', async () => {
    const stale = await abandonedCommand();
    const many = Array.from({ length: 250 }, (_, index) => ({ ...stale, id: `${stale.id}-${index}` }));
    await putInInbox(context(), many, now());
    system.answering = (command) => (command.verb === 'check' ? 'done' : 'silent');
    const newer = await deploy(system, '1.2.0');
    const handed = await readInbox(context(), 'local', now());
    expect(handed.map((one) => [one.deployment, one.generation > stale.generation])).toEqual([[newer, true]]);
    system.answering = () => 'done';
    await system.settle();
    expect(system.done.filter((one) => one.deployment === stale.deployment)).toEqual([]);
  });

  it('of an abandoned deployment goes with it', async () => {
    system.answering = (command) => (command.verb === 'check' ? 'done' : 'silent');
    const id = await deploy(system, '1.1.0');
    await system.call('abortDeployment', { params: { id }, body: {} });
    await system.settle();
    expect(await readInbox(context(), 'local', now())).toMatchObject([{ deployment: id, desired: { new: null } }]);
    await system.call('abandonDeployment', { params: { id }, body: {} });
    await system.settle();
    expect(await system.deployment(id)).toMatchObject({ state: 'Failed' });
    expect(await readInbox(context(), 'local', now())).toEqual([]);
  });
});
