import { createServer } from 'node:http';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { endOf } from '#test/contracts/target-adapter';
import { freePort } from '#agent/processes/free-port';
import { isAlive } from '#agent/processes/identity';
import { ProxyControl } from '#agent/proxy/control-client';
import { AgentMachine } from '#test/agent/support/agent-machine';
import { exchangeRaw } from '#test/agent/support/raw-http';
import { until } from '#test/agent/support/until';

describe('a proxy', { timeout: 60_000 }, () => {
  let machine: AgentMachine;
  beforeEach(async () => { machine = await AgentMachine.open(); });
  afterEach(() => machine.close());

  const visit = async (user: string) => (await fetch(`http://127.0.0.1:${machine.port}/`, { headers: { 'x-user': user } })).text();
  const split = (port = machine.port) => ({
    new: machine.side('2.0.0', { component: { port, sticky: { header: 'x-user' } } }), stable: machine.side('1.0.0', { component: { port: machine.port, sticky: { header: 'x-user' } } }), weightPercent: 50,
  });
  const apply = async (desired: Parameters<AgentMachine['command']>[1]) => expect(await endOf(machine.adapter, machine.command('apply', desired))).toMatchObject({ state: 'done' });
  const web = () => {
    const component = machine.adapter.components.find((one) => one.record.component === 'web');
    if (component === undefined) throw new Error('web does not run');
    return component;
  };

  it('tells its successor which client met which side', async () => {
    await apply(split());
    const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
    const before = await Promise.all(users.map(visit));
    expect(new Set(before).size).toBe(2);
    await web().replaceProxy();
    expect(await Promise.all(users.map(visit))).toEqual(before);
  });

  it('goes on when its successor does not come up', async () => {
    await apply(split());
    const [record] = web().proxies.records;
    const control = new ProxyControl(record?.socket ?? '');
    await expect(control.handOver({ executable: process.execPath, arguments: ['-e', 'process.exit(1)'], logPath: web().folder.log('p-broken') })).rejects.toThrow('the successor ended before it had taken over');
    expect(await control.state()).toMatchObject({ leaving: false, ports: [machine.port] });
    expect(['1.0.0', '2.0.0']).toContain(await visit('somebody'));
  });

  it('that somebody asked to end is followed by another, which serves before its last client has left', async () => {
    await apply(split());
    const [old] = machine.processes('proxies');
    if (old === undefined) throw new Error('there is no proxy');
    process.kill(old.pid, 'SIGTERM');
    await until(() => machine.processes('proxies').some((one) => one.pid !== old.pid), { what: 'another proxy' });
    await until(async () => ['1.0.0', '2.0.0'].includes(await visit('somebody').catch(() => '')), { what: 'an answer' });
    await until(() => !isAlive(old), { seconds: 40, what: 'the end of the old one' });
    expect(machine.processes('proxies')).toHaveLength(1);
  });

  it('listens on the old and the new port while both sides serve, and then on the new one alone', async () => {
    const fresh = await freePort(new Set([machine.port]));
    const desired = split(fresh);
    await apply({ new: desired.stable, stable: null, weightPercent: 100 });
    await apply(desired);
    for (const port of [machine.port, fresh]) expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    await apply({ new: desired.new, stable: null, weightPercent: 100 });
    expect(await (await fetch(`http://127.0.0.1:${fresh}/`)).text()).toBe('2.0.0');
    // A connection that is still open is answered once more, and asked not to be used again.
    expect((await fetch(`http://127.0.0.1:${machine.port}/`)).headers.get('connection')).toBe('close');
    await expect(exchangeRaw(machine.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')).rejects.toThrow('ECONNREFUSED');
  });

  it('finds a port for a component that takes any, and keeps it', async () => {
    const side = (release: string) => machine.side(release, { component: { port: 0 } });
    await apply({ new: side('1.0.0'), stable: null, weightPercent: 100 });
    const [port = 0] = web().ports;
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('1.0.0');
    await apply({ new: side('2.0.0'), stable: null, weightPercent: 100 });
    expect(web().ports).toEqual([port]);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('2.0.0');
  });

  it('that cannot have its port makes the command fail, and nothing stays', async () => {
    const other = createServer().listen(machine.port, '127.0.0.1');
    const answer = await endOf(machine.adapter, machine.command('apply', { new: machine.side('1.0.0'), stable: null, weightPercent: 100 }));
    expect(answer).toMatchObject({ state: 'failed', reason: `the port ${machine.port} is in use by another program` });
    await new Promise((resolve) => { other.close(resolve); });
    expect(machine.processes('instances')).toEqual([]);
  });
});
