import { setTimeout as wait } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import type { DesiredState } from '#contracts/adapter';
import { endOf } from '#test/contracts/target-adapter';
import { TrafficLedger } from '#agent/traffic-ledger';
import { AgentMachine } from '#test/agent/support/agent-machine';
import { startLoad, startTalk } from '#test/agent/support/load';
import { until } from '#test/agent/support/until';

const CLIENTS = 16;

describe('no request fails', { timeout: 90_000 }, () => {
  const machines: AgentMachine[] = [];
  afterEach(async () => { for (const one of machines.splice(0)) await one.close(); });

  async function serving(replicas: number): Promise<AgentMachine> {
    const machine = await AgentMachine.open();
    machines.push(machine);
    await apply(machine, { new: machine.side('1.0.0', { replicas }), stable: null, weightPercent: 100 });
    return machine;
  }

  async function apply(machine: AgentMachine, desired: DesiredState): Promise<void> {
    expect(await endOf(machine.adapter, machine.command('apply', desired))).toMatchObject({ state: 'done' });
  }

  it('while weights change and a release is replaced, over kept-alive connections, streams and a WebSocket', async () => {
    const machine = await serving(2);
    const [next, stable] = [machine.side('1.1.0', { replicas: 2 }), machine.side('1.0.0', { replicas: 2 })];
    const load = startLoad(machine.port, CLIENTS);
    const talk = await startTalk(machine.port);
    for (const weightPercent of [0, 10, 50, 90, 20]) await apply(machine, { new: next, stable, weightPercent });
    const promoted = apply(machine, { new: next, stable: null, weightPercent: 100 });
    // The WebSocket holds the old instance, which is drained meanwhile, and is ended by its own client.
    await wait(1500);
    const talked = await talk.close();
    await promoted;
    await wait(300);
    const seen = await load.stop();
    expect(seen.failures).toEqual([]);
    expect(talked).toEqual([]);
    expect(seen.answers).toBeGreaterThan(500);
    expect([...seen.byRelease.keys()].toSorted()).toEqual(['1.0.0', '1.1.0']);
  });

  it('while instances are replaced one by one and scaled up and down', async () => {
    const machine = await serving(3);
    const load = startLoad(machine.port, CLIENTS);
    for (const [fresh, old] of [[1, 2], [2, 1]] as const) {
      await apply(machine, { new: machine.side('2.0.0', { replicas: fresh }), stable: machine.side('1.0.0', { replicas: old }), weightPercent: Math.round((100 * fresh) / 3) });
    }
    await apply(machine, { new: machine.side('2.0.0', { replicas: 3 }), stable: null, weightPercent: 100 });
    await apply(machine, { new: machine.side('2.0.0', { replicas: 1 }), stable: null, weightPercent: 100 });
    await apply(machine, { new: machine.side('2.0.0', { replicas: 2 }), stable: null, weightPercent: 100 });
    const seen = await load.stop();
    expect(seen.failures).toEqual([]);
    expect(seen.answers).toBeGreaterThan(300);
  });

  it('while the proxy itself is replaced by one of a newer version, which takes over clients and counts', async () => {
    const machine = await serving(2);
    const [before] = machine.processes('proxies');
    const load = startLoad(machine.port, CLIENTS);
    const talk = await startTalk(machine.port);
    const adapter = await machine.restart({ version: '2.0.0-test' });
    for (const component of adapter.components) {
      expect(component.proxies.outdated).toBe(true);
      await component.replaceProxy();
      expect(component.proxies.outdated).toBe(false);
    }
    await wait(1500);
    expect(await talk.close()).toEqual([]);
    const seen = await load.stop();
    expect(seen.failures).toEqual([]);
    expect(seen.answers).toBeGreaterThan(300);
    const ledger = new TrafficLedger(() => Date.now());
    const counted = () => ledger.releases.reduce((sum, one) => sum + one.requests, 0);
    await until(async () => {
      await ledger.collect(adapter.components);
      return machine.processes('proxies').length === 1 && counted() > seen.answers;
    }, { seconds: 60, what: 'the end of the old proxy and all counts' });
    expect(machine.processes('proxies')).not.toContainEqual(before);
    // Every answer and the WebSocket were counted once, by the one proxy or the other.
    expect(ledger.releases.map(({ release, requests, errors }) => ({ release, requests, errors }))).toEqual([{ release: '1.0.0', requests: seen.answers + 1, errors: 0 }]);
    expect(ledger.proxies.map((one) => one.failed)).toEqual([0]);
    expect(await (await fetch(`http://127.0.0.1:${machine.port}/`)).text()).toBe('1.0.0');
  });
});
