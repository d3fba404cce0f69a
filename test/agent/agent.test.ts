import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';

import * as z from 'zod';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { sampleBatch } from '#contracts/samples';
import { targetFacts } from '#contracts/adapter';
import type { Command } from '#contracts/adapter';
import { isAlive, processIdentity } from '#agent/processes/identity';
import { runAgent } from '#agent/runtime';
import type { AgentSettings, RunningAgent } from '#agent/runtime';
import { stopAll } from '#agent/stop-all';
import { AgentMachine, RELEASE_PROGRAM } from '#test/agent/support/agent-machine';
import { FakeControlPlane } from '#test/agent/support/fake-control-plane';
import { until } from '#test/agent/support/until';

describe('an agent', { timeout: 60_000 }, () => {
  let machine: AgentMachine;
  let controlPlane: FakeControlPlane;
  const agents: RunningAgent[] = [];
  beforeEach(async () => {
    machine = await AgentMachine.open();
    await machine.adapter.stop();
    controlPlane = new FakeControlPlane();
  });
  afterEach(async () => {
    for (const agent of agents.splice(0)) await agent.stop();
    await stopAll(machine.state.path, 0);
    await machine.close();
  });

  async function start(change: Partial<AgentSettings> = {}): Promise<RunningAgent> {
    const agent = await runAgent({ url: 'http://127.0.0.1:1', key: 'k', target: machine.target, allow: [process.execPath], stateFolder: machine.state.path, tell: (line) => { machine.told.push(line); }, controlPlane, ...change });
    agents.push(agent);
    return agent;
  }

  const logKeeper = () => z.object({ process: processIdentity }).parse(JSON.parse(readFileSync(machine.state.file('log-keeper'), 'utf8'))).process;
  const serve = (change: Partial<Command> = {}): Command => machine.command('apply', { new: machine.side('1.0.0'), stable: null, weightPercent: 100 }, change);
  const visit = async (times: number) => { for (let count = 0; count < times; count += 1) await (await fetch(`http://127.0.0.1:${machine.port}/`)).text(); };
  const counted = () => controlPlane.samples.filter((one) => one.requests > 0);

  it('claims its target, tells what runs, does what it is told, reports it and sends what was counted', async () => {
    const agent = await start();
    await until(() => controlPlane.heartbeats.length > 0, { what: 'the first heartbeat' });
    expect(controlPlane.claims).toEqual([agent.instance]);
    controlPlane.dispatch(serve());
    await until(() => controlPlane.reports.length === 1, { what: 'the report' });
    expect(controlPlane.reports[0]).toMatchObject({ outcome: 'succeeded', reason: expect.stringContaining('runs 1 of release 1.0.0') });
    await visit(20);
    await until(() => counted().reduce((sum, one) => sum + one.requests, 0) === 20, { what: 'the samples' });
    expect(sampleBatch.safeParse({ target: machine.target, samples: controlPlane.samples }).success).toBe(true);
    expect(counted().every((one) => one.release === '1.0.0' && one.errors === 0 && one.latency.buckets.length > 0)).toBe(true);
    await until(() => controlPlane.heartbeats.at(-1)?.components[0]?.state === 'Running', { what: 'the health to be told' });
    expect(targetFacts.safeParse(controlPlane.heartbeats.at(-1)).success).toBe(true);
    expect(controlPlane.heartbeats.at(-1)).toMatchObject({ addresses: ['127.0.0.1'], allow: [process.execPath], components: [{ release: '1.0.0', weightPercent: 100 }], generations: { shop: 1 } });
  });

  it('tells silence too while somebody looks closely, so that a look need not wait', async () => {
    await start();
    controlPlane.dispatch(serve());
    await until(() => controlPlane.samples.some((one) => one.requests === 0 && one.release === '1.0.0'), { what: 'a sample without a request' });
    const seconds = controlPlane.samples.map((one) => one.second);
    expect(new Set(seconds).size).toBe(seconds.length);
  });

  it('goes on while the control plane is away, and reports when it is back, even another agent process does', async () => {
    const first = await start();
    await until(() => controlPlane.heartbeats.length > 0, { what: 'the first heartbeat' });
    const command = serve();
    controlPlane.dispatch(command);
    await until(() => machine.processes('instances').length === 1, { what: 'the start' });
    controlPlane.failing = 'unavailable';
    await until(() => readdirSync(machine.state.path).includes('reports') && readdirSync(machine.state.reports).length === 1, { what: 'the report on disk' });
    await visit(5);
    expect(first.connected()).toBe(false);
    await first.stop();
    await visit(5);
    controlPlane.failing = null;
    const second = await start();
    await until(() => controlPlane.reports.length > 0, { what: 'the report' });
    expect(second.instance).toBe(first.instance);
    expect(controlPlane.reports).toEqual([{ command: command.id, outcome: 'succeeded', reason: expect.any(String) }]);
    await until(() => counted().reduce((sum, one) => sum + one.requests, 0) === 10, { what: 'the samples of before' });
    expect(readdirSync(machine.state.reports)).toEqual([]);
  });

  it('tries to claim until the control plane answers, and says what is wrong once', async () => {
    controlPlane.failing = 'unavailable';
    const agent = await start();
    await until(() => machine.told.some((line) => line.includes('does not answer as it should')), { what: 'the trouble to be told' });
    controlPlane.failing = null;
    await until(() => agent.connected(), { what: 'the claim' });
    expect(machine.told.filter((line) => line.includes('does not answer as it should'))).toHaveLength(1);
    expect(machine.told.some((line) => line.includes('serving target edge-1'))).toBe(true);
  });

  it('ends when a newer agent has claimed its target, and leaves its processes running', async () => {
    const agent = await start();
    controlPlane.dispatch(serve());
    await until(() => controlPlane.reports.length === 1, { what: 'the report' });
    controlPlane.failing = 'claim-superseded';
    expect(await agent.ended).toEqual({ reason: 'superseded', message: expect.stringContaining('another agent has claimed target edge-1') });
    expect(machine.processes('instances').every(isAlive)).toBe(true);
    await visit(3);
  });

  it('ends at the start when its key may not serve the target, and leaves no process behind', async () => {
    controlPlane.failing = 'forbidden';
    const agent = await start();
    expect(await agent.ended).toEqual({ reason: 'refused', message: expect.stringContaining('forbidden') });
    const keeper = logKeeper();
    expect(keeper.startedAt).not.toBe('');
    await until(() => !isAlive(keeper), { what: 'the end of the log keeper' });
  });

  it('that is refused leaves the log keeper to those whose logs are still written', async () => {
    const first = await start();
    controlPlane.dispatch(serve());
    await until(() => controlPlane.reports.length === 1, { what: 'the report' });
    await first.stop();
    controlPlane.failing = 'forbidden';
    const second = await start();
    expect(await second.ended).toMatchObject({ reason: 'refused' });
    expect([isAlive(logKeeper()), machine.processes('instances').every(isAlive)]).toEqual([true, true]);
  });

  it('says at its start which executables it may run', async () => {
    await start({ allow: [process.execPath, dirname(RELEASE_PROGRAM)] });
    expect(machine.told.find((line) => line.includes('state in'))).toMatch(`may run ${realpathSync(process.execPath)}, every executable below ${realpathSync(dirname(RELEASE_PROGRAM))}; state in ${machine.state.path}`);
  });

  it('does not do what is past its deadline, and says when a start took too long', async () => {
    await start();
    const past = serve({ deadline: new Date(Date.now() - 1000).toISOString() });
    controlPlane.dispatch(past);
    await until(() => controlPlane.reports.length === 1, { what: 'the report' });
    expect(controlPlane.reports[0]).toEqual({ command: past.id, outcome: 'failed', reason: 'came after its deadline; nothing was done' });
    const never = machine.side('1.0.0', { arguments: ['work'] });
    controlPlane.dispatch(machine.command('apply', { new: never, stable: null, weightPercent: 100 }, { deadline: new Date(Date.now() + 2000).toISOString() }));
    await until(() => controlPlane.reports.length === 2, { what: 'the other report' });
    expect(controlPlane.reports[1]).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('0 of 1 instances are ready') });
    await until(() => machine.processes('instances').length === 0, { what: 'what was started to be stopped' });
  });

  it('tells that a command was superseded', async () => {
    await start();
    controlPlane.dispatch(serve({ generation: 4 }));
    await until(() => controlPlane.reports.length === 1, { what: 'the report' });
    controlPlane.dispatch(serve({ generation: 3 }));
    await until(() => controlPlane.reports.length === 2, { what: 'the other report' });
    expect(controlPlane.reports.map((one) => one.outcome)).toEqual(['succeeded', 'superseded']);
  });

  it('shows what it knows as Prometheus text', async () => {
    const agent = await start();
    controlPlane.dispatch(serve());
    await until(() => controlPlane.reports.length === 1, { what: 'the report' });
    await visit(3);
    await until(async () => (await (await fetch(agent.metricsUrl)).text()).includes('sluice_requests_total{application="shop",component="web",release="1.0.0"} 3'), { what: 'the counts' });
    const text = await (await fetch(agent.metricsUrl)).text();
    for (const line of ['sluice_request_errors_total{application="shop",component="web",release="1.0.0"} 0', 'sluice_proxy_failed_total{application="shop",component="web"} 0', 'sluice_instances_ready{application="shop",component="web",release="1.0.0"} 1', 'sluice_agent_connected 1', '# TYPE sluice_request_duration_seconds summary', 'sluice_request_duration_seconds_count{application="shop",component="web",release="1.0.0"} 3']) expect(text).toContain(line);
  });

  it('starts a proxy again that was lost, on the same port', async () => {
    await start();
    controlPlane.dispatch(serve());
    await until(() => controlPlane.reports.length === 1, { what: 'the report' });
    const [proxy] = machine.processes('proxies');
    if (proxy !== undefined) process.kill(proxy.pid, 'SIGKILL');
    await until(async () => (await fetch(`http://127.0.0.1:${machine.port}/`).catch(() => undefined))?.status === 200, { what: 'the proxy' });
    expect(machine.processes('proxies')).toHaveLength(1);
    expect(machine.processes('proxies')).not.toContainEqual(proxy);
  });
});

describe('an agent is not started', () => {
  let machine: AgentMachine;
  beforeEach(async () => { machine = await AgentMachine.open(); });
  afterEach(async () => {
    await stopAll(machine.state.path, 0);
    await machine.close();
  });
  const settings = (): AgentSettings => ({ url: 'http://127.0.0.1:1', key: 'k', target: 'edge-1', allow: [process.execPath], stateFolder: machine.state.path, tell: () => undefined });

  it('with an address to which its key would go unprotected', async () => {
    await expect(runAgent({ ...settings(), url: 'http://sluice.example' })).rejects.toMatchObject({ code: 'insecure-url' });
  });

  it('with an allow list that names nothing, or a target that is no name', async () => {
    await expect(runAgent({ ...settings(), allow: ['/nowhere/at-all'] })).rejects.toMatchObject({ code: 'rule-broken' });
    await expect(runAgent({ ...settings(), target: 'Edge 1' })).rejects.toMatchObject({ code: 'rule-broken' });
  });

  it('on a folder of another target', async () => {
    const first = await runAgent({ ...settings(), controlPlane: new FakeControlPlane() });
    await first.stop();
    await expect(runAgent({ ...settings(), target: 'edge-2', controlPlane: new FakeControlPlane() })).rejects.toMatchObject({ code: 'conflict' });
  });
});
