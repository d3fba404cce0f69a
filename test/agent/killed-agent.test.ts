import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { afterEach, describe, expect, it } from 'vitest';

import type { Command } from '#contracts/adapter';
import { endOf } from '#test/contracts/target-adapter';
import { isAlive } from '#agent/processes/identity';
import { AgentMachine } from '#test/agent/support/agent-machine';
import { startLoad, startTalk } from '#test/agent/support/load';
import { until } from '#test/agent/support/until';

const CHILD = fileURLToPath(new URL('./support/agent-child.ts', import.meta.url));

describe('an agent that is killed', { timeout: 90_000 }, () => {
  const machines: AgentMachine[] = [];
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const one of machines.splice(0)) await one.close();
  });

  /** A machine whose agent is another process. */
  async function withChild(): Promise<AgentMachine> {
    const machine = await AgentMachine.open();
    machines.push(machine);
    await machine.adapter.stop();
    return machine;
  }

  function agentDoing(machine: AgentMachine, command: Command): { readonly child: ChildProcess; readonly output: () => string } {
    const child = spawn(process.execPath, ['--conditions=sluice-source', CHILD, machine.state.path, JSON.stringify(command)], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    let output = '';
    child.stdout?.on('data', (chunk) => { output += String(chunk); });
    return { child, output: () => output };
  }

  async function kill(child: ChildProcess): Promise<void> {
    const ended = new Promise((resolve) => { child.once('exit', resolve); });
    child.kill('SIGKILL');
    await ended;
  }

  it('fails no request; the next one takes over the same processes and goes on supervising', async () => {
    const machine = await withChild();
    const side = machine.side('1.0.0', { replicas: 2 });
    const command = machine.command('apply', { new: side, stable: null, weightPercent: 100 });
    const first = agentDoing(machine, command);
    await until(() => first.output().includes('done'), { seconds: 20, what: 'the first deployment' });
    const before = { instances: machine.processes('instances'), proxies: machine.processes('proxies') };
    const load = startLoad(machine.port, 16);
    const talk = await startTalk(machine.port);
    await until(() => load.seen().answers > 200);
    await kill(first.child);
    const atDeath = load.seen().answers;
    await until(() => load.seen().answers > atDeath + 200);
    const adapter = await machine.restart();
    expect(await endOf(adapter, machine.command('verify', command.desired))).toMatchObject({ state: 'done' });
    expect({ instances: machine.processes('instances'), proxies: machine.processes('proxies') }).toEqual(before);
    // It supervises what it has taken over: an instance that dies now is started again, and the other serves meanwhile.
    const [victim] = before.instances;
    await talk.close();
    await load.stop().then((seen) => expect(seen.failures).toEqual([]));
    if (victim !== undefined) process.kill(victim.pid, 'SIGKILL');
    await until(async () => (await adapter.observe())[0]?.readyReplicas === 1, { what: 'the death to be noticed' });
    await until(async () => (await adapter.observe())[0]?.readyReplicas === 2, { what: 'the restart' });
    expect(machine.processes('instances')).toHaveLength(2);
    expect(machine.processes('instances')).not.toContainEqual(victim);
  });

  it('in the middle of a change is followed by one that finishes it, without a failed request and without a stray process', async () => {
    const machine = await withChild();
    const stable = machine.side('1.0.0', { replicas: 2 });
    const first = agentDoing(machine, machine.command('apply', { new: stable, stable: null, weightPercent: 100 }));
    await until(() => first.output().includes('done'), { seconds: 20, what: 'the first deployment' });
    const old = machine.processes('instances');
    await kill(first.child);
    const load = startLoad(machine.port, 8);
    const change = machine.command('apply', { new: machine.side('1.1.0', { replicas: 3 }), stable: null, weightPercent: 100 });
    // Agents are killed again and again, each a little later in the change.
    for (const milliseconds of [450, 700, 950, 1200]) {
      const { child } = agentDoing(machine, change);
      await new Promise((resolve) => { setTimeout(resolve, milliseconds); });
      await kill(child);
    }
    const adapter = await machine.restart();
    expect(await endOf(adapter, change)).toEqual({ state: 'done', reason: expect.stringContaining('runs 3 of release 1.1.0') });
    expect((await load.stop()).failures).toEqual([]);
    expect(await adapter.observe()).toEqual([expect.objectContaining({ release: '1.1.0', state: 'Running', replicas: 3, readyReplicas: 3 })]);
    expect(old.filter(isAlive)).toEqual([]);
    expect(machine.releaseProcesses()).toHaveLength(3);
  });
});
