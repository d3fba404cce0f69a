import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as z from 'zod';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AdapterAnswer, SideSpec } from '#contracts/adapter';
import { readAllowList } from '#agent/processes/allow-list';
import { isAlive } from '#agent/processes/identity';
import { ensureLogKeeper, endLogKeeper } from '#agent/processes/log-keeper';
import { endOf } from '#test/contracts/target-adapter';
import { AgentMachine, RELEASE_PROGRAM } from '#test/agent/support/agent-machine';
import { until } from '#test/agent/support/until';

const told = z.object({ arguments: z.array(z.string()), environment: z.record(z.string(), z.string()), folder: z.string() });

describe('a release on a machine', { timeout: 60_000 }, () => {
  let machine: AgentMachine;
  let folder = '';
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-release-'));
    machine = await AgentMachine.open();
  });
  afterEach(async () => {
    await machine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (side: SideSpec | null, secrets: { readonly [name: string]: string } = {}): Promise<AdapterAnswer> => endOf(machine.adapter, machine.command('apply', { new: side, stable: null, weightPercent: side === null ? 0 : 100 }), secrets);
  const check = (side: SideSpec, secrets: { readonly [name: string]: string } = {}) => machine.adapter.perform(machine.command('check', { new: side, stable: null, weightPercent: 100 }), secrets);
  const command = (...parts: readonly string[]): SideSpec['artefact'] => ({ command: [...parts], workingDirectory: folder, files: [] });

  it('is given its arguments as they are: no shell reads them', async () => {
    const file = join(folder, 'told.json');
    const hostile = [`; rm -rf ${folder}`, '$(touch pwned)', '`touch pwned`', '&& touch pwned', '| tee pwned', '> pwned', '*', '"quoted\'', '', 'with space\nand line'].filter((one) => one !== '');
    expect(await run(machine.side('1.0.0', { artefact: command(process.execPath, RELEASE_PROGRAM, 'tell', file, ...hostile) }))).toMatchObject({ state: 'done' });
    const seen = told.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(seen.arguments).toEqual(hostile);
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });

  it('sees a small environment, its own variables, its secrets and what only the agent knows', async () => {
    const file = join(folder, 'told.json');
    process.env['SLUICE_KEY'] = 'a key that no release may see';
    const side = machine.side('1.0.0', {
      artefact: command(process.execPath, RELEASE_PROGRAM, 'tell', file),
      component: { environment: [{ name: 'GREETING', value: 'hello $HOME' }, { name: 'PASSWORD', valueFrom: { secret: 'database' } }, { name: 'PORT', value: '1' }] },
    });
    expect(await run(side, { database: 'open sesame' })).toMatchObject({ state: 'done' });
    delete process.env['SLUICE_KEY'];
    const { environment } = told.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(environment).toMatchObject({ GREETING: 'hello $HOME', PASSWORD: 'open sesame', SLUICE_RELEASE: '1.0.0', SLUICE_COMPONENT: 'web', SLUICE_APPLICATION: 'shop', SLUICE_TARGET: 'edge-1' });
    expect(Number(environment['PORT'])).toBeGreaterThan(1024);
    const expected = ['GREETING', 'HOME', 'HOST', 'LANG', 'LC_ALL', 'LC_CTYPE', 'LOGNAME', 'PASSWORD', 'PATH', 'PORT', 'SHELL', 'SLUICE_APPLICATION', 'SLUICE_COMPONENT', 'SLUICE_INSTANCE', 'SLUICE_RELEASE', 'SLUICE_TARGET', 'SLUICE_TEST_MACHINE', 'TMPDIR', 'TZ', 'USER'];
    expect(Object.keys(environment).filter((name) => !expected.includes(name))).toEqual([]);
  });

  it('keeps its secrets in files that its user alone can read', async () => {
    await run(machine.side('1.0.0', { component: { environment: [{ name: 'PASSWORD', valueFrom: { secret: 'database' } }] } }), { database: 'open sesame' });
    const component = machine.state.component('shop', 'web');
    const [side = ''] = component.ids('sides');
    expect(statSync(component.file('sides', side)).mode & 0o777).toBe(0o600);
    expect(statSync(machine.state.path).mode & 0o777).toBe(0o700);
    expect(readFileSync(component.record, 'utf8')).not.toContain('open sesame');
    await run(null);
    await until(() => component.ids('sides').length === 0, { what: 'the secrets to be forgotten' });
    expect(component.ids('sides')).toEqual([]);
  });

  it('is not started when its executable is not on the allow list', async () => {
    const side = machine.side('1.0.0', { artefact: command('/bin/sh', '-c', `touch ${join(folder, 'pwned')}`) });
    for (const answer of [await check(side), await run(side)]) expect(answer).toMatchObject({ state: 'failed', reason: expect.stringMatching(/"\/bin\/sh".*is not on the agent's allow list/) });
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
    expect(machine.processes('instances')).toEqual([]);
  });

  it('is not started when a file is another than it names, or leads out of its folder', async () => {
    writeFileSync(join(folder, 'data.json'), '{}');
    const digest = `sha256:${createHash('sha256').update('{}').digest('hex')}`;
    const side = (path: string, named = digest) => machine.side('1.0.0', { artefact: { command: [process.execPath, RELEASE_PROGRAM, 'serve'], workingDirectory: folder, files: [{ path, digest: named }] } });
    expect(await check(side('data.json'))).toMatchObject({ state: 'done' });
    const wrong = `sha256:${'0'.repeat(64)}`;
    for (const answer of [await check(side('data.json', wrong)), await run(side('data.json', wrong))]) expect(answer).toMatchObject({ state: 'failed', reason: `the file "data.json" has another content than the release names (${wrong})` });
    expect(await check(side('missing.json'))).toMatchObject({ state: 'failed', reason: expect.stringContaining('missing.json') });
    for (const way of ['../outside', '/etc/hostname']) expect(await check(side(way))).toMatchObject({ state: 'failed', reason: expect.stringContaining('not within the working directory') });
    expect(machine.processes('instances')).toEqual([]);
  });

  it('is refused when it is an image, lacks a secret, has no port or folder, loads foreign code, or wants a port that others have', async () => {
    const other = await fetch(`http://127.0.0.1:${machine.port}/`).catch(() => undefined);
    expect(other).toBeUndefined();
    const cases: readonly (readonly [SideSpec, string])[] = [
      [machine.side('1.0.0', { artefact: { image: `registry.example/shop@sha256:${'0'.repeat(64)}` } }), 'is an image'],
      [machine.side('1.0.0', { component: { environment: [{ name: 'A', valueFrom: { secret: 'none' } }] } }), 'the secret "none" for A has no value'],
      [machine.side('1.0.0', { component: { port: undefined } }), 'has no port'],
      [machine.side('1.0.0', { artefact: { command: [process.execPath], workingDirectory: join(folder, 'nowhere'), files: [] } }), 'does not exist'],
      ...['LD_PRELOAD', 'DYLD_INSERT_LIBRARIES', 'PATH', 'NODE_OPTIONS', 'BASH_ENV', 'PYTHONPATH', 'JAVA_TOOL_OPTIONS'].map((name) => [
        machine.side('1.0.0', { component: { environment: [{ name, value: '/tmp/evil' }] } }), `the variable ${name} could bring code`,
      ] as const),
    ];
    for (const [side, reason] of cases) expect(await check(side)).toMatchObject({ state: 'failed', reason: expect.stringContaining(reason) });
    await run(machine.side('1.0.0'));
    const neighbour = { ...machine.command('check', { new: machine.side('1.0.0'), stable: null, weightPercent: 100 }), application: 'bakery' };
    expect(await machine.adapter.perform(neighbour, {})).toMatchObject({ state: 'failed', reason: `the port ${machine.port} is that of shop/web on this target` });
  });

  it('may set a variable that brings code where the machine\'s owner has named it, and no other', async () => {
    await machine.restart({ allow: readAllowList([process.execPath], '', ['NODE_OPTIONS']) });
    const named = (name: string) => machine.side('1.0.0', { component: { environment: [{ name, value: '--max-old-space-size=64' }] } });
    expect(await check(named('NODE_OPTIONS'))).toMatchObject({ state: 'done' });
    expect(await check(named('LD_PRELOAD'))).toMatchObject({ state: 'failed' });
  });

  it('that crashes again and again is Failed, with its last lines, and is started again with pauses', async () => {
    await run(machine.side('1.0.0', { arguments: ['crash-after', '400'] }));
    await until(async () => (await machine.adapter.observe())[0]?.state === 'Failed', { seconds: 40, what: 'the crash loop' });
    const [health] = await machine.adapter.observe();
    expect(health).toMatchObject({ release: '1.0.0', state: 'Failed', replicas: 1, reason: expect.stringMatching(/exited with code 7; it wrote last:\nrelease 1\.0\.0 serves/) });
  });

  it('that does not stop when asked is ended when its time to drain is over', async () => {
    await run(machine.side('1.0.0', { arguments: ['stubborn'], component: { drainSeconds: 2 } }));
    const before = machine.processes('instances');
    const began = Date.now();
    expect(await run(null)).toMatchObject({ state: 'done' });
    expect(Date.now() - began).toBeGreaterThan(1900);
    expect(before.filter(isAlive)).toEqual([]);
  });

  it('that is sick is taken out of traffic while another serves, and one that is alone goes on serving', async () => {
    await run(machine.side('1.0.0', { replicas: 2, component: { healthCheck: { path: '/healthz', unhealthyThreshold: 2 } } }));
    await fetch(`http://127.0.0.1:${machine.port}/sicken`);
    await until(async () => (await machine.adapter.observe())[0]?.readyReplicas === 1, { what: 'the sickness to be seen' });
    await fetch(`http://127.0.0.1:${machine.port}/sicken`);
    await until(async () => (await machine.adapter.observe())[0]?.readyReplicas === 0, { what: 'the other sickness to be seen' });
    expect((await machine.adapter.observe())[0]).toMatchObject({ state: 'Failed', reason: expect.stringContaining('GET /healthz answered 500') });
    expect((await fetch(`http://127.0.0.1:${machine.port}/`)).status).toBe(200);
  });

  it('that uses more memory than it may, in any of its processes, is ended with that as its reason, and started again', async () => {
    await run(machine.side('1.0.0', { arguments: ['grow', '400'], component: { resources: { memoryMebibytes: 300 } } }));
    const [first] = machine.processes('instances');
    const reason = /used \d+ MiB of memory, more than its limit of 300 MiB \(resources\.memoryMebibytes\)/;
    await until(async () => reason.test((await machine.adapter.observe())[0]?.reason ?? ''), { what: 'the excess to be told' });
    expect(first !== undefined && isAlive(first)).toBe(false);
    expect(machine.told).toContainEqual(expect.stringMatching(reason));
    await until(() => machine.processes('instances').length === 1, { what: 'the next start' });
  });

  it('that is a worker runs without a port and without a proxy', async () => {
    const side = machine.side('1.0.0', { arguments: ['work'], component: { type: 'worker', port: undefined, healthCheck: undefined } });
    expect(await run(side)).toMatchObject({ state: 'done' });
    expect(await machine.adapter.observe()).toEqual([expect.objectContaining({ state: 'Running', readyReplicas: 1 })]);
    expect(machine.processes('proxies')).toEqual([]);
  });

  it('that writes without end is held to its limit of logs, also while no agent runs', async () => {
    const limits = { maximumBytes: 64 * 1024, keptFiles: 1 };
    await ensureLogKeeper({ ...machine.machine(), logLimits: limits });
    try {
      await run(machine.side('1.0.0', { arguments: ['chatter', String(2 * 1024 * 1024)] }));
      await machine.adapter.stop();
      const component = machine.state.component('shop', 'web');
      const [id = ''] = component.ids('instances');
      const size = () => [component.log(id), `${component.log(id)}.1`].reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
      await until(() => size() > 0 && size() <= 2 * limits.maximumBytes, { what: 'the log to be cut' });
      expect(existsSync(`${component.log(id)}.2`)).toBe(false);
    } finally {
      endLogKeeper(machine.state.file('log-keeper'));
    }
  });
});
