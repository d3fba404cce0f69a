import { spawnSync } from 'node:child_process';
import { copyFile, readFile, stat } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { connect } from 'node:tls';

import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { closeCodes } from '#contracts/stream';

import { request, told } from '../end-to-end/http.ts';
import { until } from '../end-to-end/until.ts';
import { guardedFolder } from './guarded.ts';
import { serve, SluiceProcess } from './sluice-process.ts';

const certificates = join(import.meta.dirname, '..', 'standalone', 'server', 'certificates');

/** Gives a test a folder of its own, and ends with it whatever it has started by the given function. */
async function withFolder(test: (folder: string, start: (words?: readonly string[], environment?: { readonly [variable: string]: string }) => ReturnType<typeof serve>) => Promise<void>): Promise<void> {
  const { folder, remove } = await guardedFolder();
  const started: SluiceProcess[] = [];
  try {
    await test(folder, async (words = [], environment = {}) => {
      const one = await serve(['--port', '0', '--data', join(folder, 'data'), ...words], { environment });
      started.push(one.process);
      return one;
    });
  } finally {
    for (const one of started) await one.stop();
    await remove();
  }
}

/** Starts a control plane that refuses to, and answers its exit code and what it says. */
async function refusal(words: readonly string[], environment: { readonly [variable: string]: string } = {}): Promise<{ readonly code: number | null; readonly output: string }> {
  const started = new SluiceProcess(['serve', ...words], { environment });
  return { code: await started.ended(), output: started.output };
}

describe.concurrent('the first start', () => {
  it('makes a folder that is its owner\'s alone, and keys that are printed this once', async () => await withFolder(async (folder, start) => {
    const first = await start();
    expect(first.keys).toEqual({ operator: expect.stringMatching(/^slk_/), admin: expect.stringMatching(/^slk_/) });
    expect(((await stat(join(folder, 'data'))).mode & 0o077)).toBe(0);
    const as = async (key: string | undefined, url: string) => JSON.parse((await request('GET', '/v1', { url, key: key ?? '' })).text);
    expect(await as(first.keys.admin, first.url)).toMatchObject({ tenant: 'default', role: 'admin' });
    expect(await first.process.stop()).toBe(0);
    const second = await start();
    expect(second.keys).toEqual({});
    expect(second.process.output).not.toContain(first.keys.admin);
    expect(await as(first.keys.admin, second.url)).toMatchObject({ role: 'admin' });
    expect(await as(first.keys.operator, second.url)).toMatchObject({ role: 'operator' });
    expect((await readFile(join(folder, 'data', 'sluice.db'))).includes(first.keys.admin ?? 'nothing')).toBe(false);
  }));

  it('says "ready URL" for people, and takes the admin\'s key from the environment', async () => await withFolder(async (folder) => {
    const key = 'a-key-of-our-own-choosing';
    const started = new SluiceProcess(['serve', '--port', '0', '--data', join(folder, 'data')], { environment: { SLUICE_ADMIN_KEY: key } });
    try {
      const [, url = ''] = await started.says(/^ready (http:\/\/127\.0\.0\.1:\d+)$/m);
      expect(JSON.parse((await request('GET', '/v1', { url, key })).text)).toMatchObject({ tenant: 'default', role: 'admin' });
      expect(started.output).not.toContain(key);
    } finally {
      await started.stop();
    }
    expect(await refusal(['--port', '0', '--data', join(folder, 'other')], { SLUICE_ADMIN_KEY: 'short' })).toMatchObject({ code: 2, output: expect.stringContaining('SLUICE_ADMIN_KEY') });
  }));
});

describe.concurrent('a data folder', () => {
  it('serves one process at a time', async () => await withFolder(async (folder, start) => {
    const { url } = await start();
    const { code, output } = await refusal(['--port', '0', '--data', join(folder, 'data')]);
    expect(code).toBeGreaterThan(0);
    expect(output).toContain('Another process uses the data folder');
    expect((await request('GET', '/readyz', { url })).status).toBe(200);
  }));

  it('of a newer version is not opened, and not changed', async () => await withFolder(async (folder, start) => {
    const { process: first } = await start();
    await first.stop();
    const file = join(folder, 'data', 'sluice.db');
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 9999');
    database.close();
    const before = await readFile(file);
    const { code, output } = await refusal(['--port', '0', '--data', join(folder, 'data')]);
    expect(code).toBeGreaterThan(0);
    expect(output).toMatch(/newer/);
    expect((await readFile(file)).equals(before)).toBe(true);
  }));
});

describe.concurrent('a graceful stop', () => {
  it('finishes what was asked, tells the streams, ends with 0, and leaves all for the next start', async () => await withFolder(async (_folder, start) => {
    const { url, keys, process: first } = await start();
    const key = keys.admin ?? '';
    const stream = new WebSocket(`${url.replace('http', 'ws')}/v1/stream`, { headers: { authorization: `Bearer ${key}` } });
    await new Promise((resolve) => { stream.once('open', resolve); });
    const closed = new Promise((resolve) => { stream.once('close', resolve); });
    const put = async (name: string, to = url) => await request('PUT', `/v1/targets/${name}`, { url: to, key, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name }, spec: { provider: 'agent' } } });
    const asked = Promise.all(Array.from({ length: 20 }, (_, index) => put(`target-${index}`)));
    const [answered, code] = await Promise.all([asked, put('the-last').then(() => first.stop())]);
    expect(code).toBe(0);
    expect(await closed).toBe(closeCodes.goingAway);
    expect(answered.map((one) => one.status)).toEqual(answered.map(() => 200));
    const second = await start();
    expect(JSON.parse((await request('GET', '/v1/targets?limit=200', { url: second.url, key })).text).items).toHaveLength(21);
  }));
});

describe.concurrent('the outside', () => {
  it('is only this machine, unless there is TLS or somebody insists', async () => await withFolder(async (folder, start) => {
    const { code, output } = await refusal(['--host', '0.0.0.0', '--port', '0', '--data', join(folder, 'other')]);
    expect(code).toBeGreaterThan(0);
    expect(output).toContain('SLUICE_TLS_CERT');
    const { url } = await start(['--host', '0.0.0.0', '--insecure']);
    expect((await request('GET', '/healthz', { url: url.replace('0.0.0.0', '127.0.0.1') })).status).toBe(200);
  }));

  it('refuses other sites by Host and Origin, on HTTP and WebSocket', async () => await withFolder(async (_folder, start) => {
    const { url, keys } = await start(['--allowed-hosts', 'sluice.example.com']);
    const statusFor = async (headers: { readonly [name: string]: string }) => await new Promise((resolve, reject) => {
      httpRequest(`${url}/healthz`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject).end();
    });
    expect(await Promise.all([{}, { host: 'sluice.example.com' }, { host: 'evil.example' }, { origin: 'http://evil.example' }, { origin: url }].map(statusFor))).toEqual([200, 200, 403, 403, 200]);
    expect(told(await request('GET', '/v1', { url, key: keys.admin ?? '', headers: { origin: 'http://evil.example' } }))).toMatchObject({ status: 403, code: 'origin-refused' });
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream`, { headers: { authorization: `Bearer ${keys.admin ?? ''}`, origin: 'http://evil.example' } });
    expect(await new Promise((resolve) => {
      socket.on('error', () => undefined);
      socket.once('unexpected-response', (asked, response) => {
        asked.destroy();
        resolve(response.statusCode);
      });
    })).toBe(403);
  }));

  it('speaks TLS with its files, and takes new ones without a restart', async () => await withFolder(async (folder, start) => {
    const files = { certificate: join(folder, 'server.pem'), key: join(folder, 'server.key.pem') };
    const use = async (name: 'first' | 'second') => {
      await copyFile(join(certificates, `${name}.pem`), files.certificate);
      await copyFile(join(certificates, `${name}.key.pem`), files.key);
    };
    await use('first');
    const { url, process: started } = await start(['--host', '0.0.0.0'], { SLUICE_TLS_CERT: files.certificate, SLUICE_TLS_KEY: files.key });
    expect(url).toMatch(/^https:/);
    expect(await nameAt(url)).toBe('first.test');
    await use('second');
    // The files are looked at twice a minute.
    await until('the new certificate is shown', async () => ((await nameAt(url)) === 'second.test' ? true : undefined), 60);
    expect(started.child.exitCode).toBeNull();
    expect(await refusal(['--port', '0', '--data', join(folder, 'other'), '--tls-cert', files.certificate])).toMatchObject({ code: 2, output: expect.stringContaining('SLUICE_TLS_KEY') });
  }));
});

describe('a setting that is none', () => {
  it.each([[['--port', '70000'], '--port'], [['--port', 'http'], '--port'], [['--colour', 'red'], '--colour']])('as %j is named, and nothing is started', (words, named) => {
    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '..', '..', 'bin', 'sluice.mjs'), 'serve', ...words], { encoding: 'utf8', timeout: 60_000 });
    expect([status, stderr]).toEqual([2, expect.stringContaining(named)]);
  });
});

/** The name in the certificate that a server shows. */
async function nameAt(url: string): Promise<unknown> {
  const { port } = new URL(url);
  return await new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
