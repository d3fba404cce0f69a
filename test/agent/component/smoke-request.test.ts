import { createServer } from 'node:http';
import { once } from 'node:events';

import { afterEach, describe, expect, it } from 'vitest';

import { endOf } from '#test/contracts/target-adapter';
import { AgentMachine } from '#test/agent/support/agent-machine';

describe('the verification of a component under all traffic', { timeout: 60_000 }, () => {
  const opened: AgentMachine[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  async function serving(component: Parameters<AgentMachine['component']>[0] = {}) {
    const machine = await AgentMachine.open();
    opened.push(machine);
    const desired = { new: machine.side('1.0.0', { component }), stable: null, weightPercent: 100 };
    expect(await endOf(machine.adapter, machine.command('apply', desired))).toMatchObject({ state: 'done' });
    return { machine, desired };
  }

  it('asks it through its proxy, as clients do, and tells what was answered', async () => {
    const { machine, desired } = await serving();
    expect(await endOf(machine.adapter, machine.command('verify', desired))).toEqual({ state: 'done', reason: `runs and is healthy; GET /healthz through port ${machine.port} answered 200` });
  });

  it('asks for the root where no health check names a path', async () => {
    const { machine, desired } = await serving({ healthCheck: undefined });
    expect(await endOf(machine.adapter, machine.command('verify', desired))).toMatchObject({ state: 'done', reason: expect.stringContaining('GET / through port') });
  });

  it('is not done while clients get no good answer, though its instances are healthy', async () => {
    const { machine, desired } = await serving();
    for (const one of machine.processes('proxies')) process.kill(one.pid, 'SIGKILL');
    await machine.adapter.stop();
    const stranger = createServer((_request, response) => { response.writeHead(503).end(); });
    await listenSoon(stranger, machine.port);
    const answer = await machine.adapter.perform(machine.command('verify', desired), {});
    stranger.close();
    expect(answer).toMatchObject({ state: 'pending', reason: `GET /healthz through port ${machine.port} answered 503` });
  });
});

/** The killed proxy's port is free when the system has ended it. */
async function listenSoon(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  for (let attempt = 0; attempt < 50 && !server.listening; attempt += 1) {
    const settled = once(server, 'listening').then(() => undefined, () => new Promise((resolve) => { setTimeout(resolve, 50); }));
    server.listen(port, '127.0.0.1');
    await settled;
  }
  expect(server.listening).toBe(true);
}
