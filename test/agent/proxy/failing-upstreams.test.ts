import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { freePort } from '#agent/processes/free-port';
import { exchangeRaw } from '#test/agent/support/raw-http';
import { RunningProxy } from '#test/agent/support/running-proxy';
import { until } from '#test/agent/support/until';

const running: { close(): void }[] = [];
afterEach(() => { for (const one of running.splice(0)) one.close(); });

function started(): RunningProxy {
  const proxy = new RunningProxy();
  running.push(proxy);
  return proxy;
}

/** A server that answers the first request of each connection and closes it, unannounced, when the second comes. */
async function forgetfulServer(seen: string[]): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let requests = 0;
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      requests += 1;
      seen.push(String(data).split(' ')[0] ?? '');
      if (requests > 1) socket.destroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  running.push({ close: () => { for (const socket of sockets) socket.destroy(); server.close(); } });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('when an instance does not answer', () => {
  it('another of the same side is asked, as long as nothing was sent', async () => {
    const proxy = started();
    const alive = await proxy.upstream((incoming, response) => { incoming.pipe(response); });
    await proxy.configure({ stable: [await freePort(new Set()), alive, await freePort(new Set())], weightPercent: 0 });
    for (let count = 0; count < 12; count += 1) {
      const answer = await fetch(proxy.url, { method: 'POST', body: `content ${count}` });
      expect([answer.status, await answer.text()]).toEqual([200, `content ${count}`]);
    }
    expect(proxy.counted()).toEqual({ '1.0.0': { requests: 12, errors: 0 } });
    expect(proxy.failedByProxy()).toBe(0);
  });

  it('never one of the other side: the new side answers for itself', async () => {
    const proxy = started();
    const stable = await proxy.upstream((_, response) => { response.end('stable'); });
    await proxy.configure({ new: [await freePort(new Set())], stable: [stable], weightPercent: 40 });
    const statuses = await Promise.all(Array.from({ length: 100 }, async () => (await fetch(proxy.url)).status));
    expect(statuses.filter((status) => status === 502)).toHaveLength(40);
    expect(proxy.counted()).toEqual({ '1.0.0': { requests: 60, errors: 0 }, '2.0.0': { requests: 40, errors: 40 } });
    expect(proxy.failedByProxy()).toBe(40);
  });

  it('503 says that no instance is ready, and that no side serves', async () => {
    const proxy = started();
    await proxy.configure({ stable: [], weightPercent: 0 });
    expect((await fetch(proxy.url)).status).toBe(503);
    await proxy.configure({ new: [await proxy.upstream((_, response) => { response.end(); })], weightPercent: 0 });
    expect((await fetch(proxy.url)).status).toBe(503);
    expect(proxy.counted()).toEqual({ '1.0.0': { requests: 1, errors: 1 } });
    expect(proxy.failedByProxy()).toBe(2);
  });

  it('a connection that was used before and is found closed costs no request that may be repeated', async () => {
    const proxy = started();
    const seen: string[] = [];
    await proxy.configure({ stable: [await forgetfulServer(seen)], weightPercent: 0 });
    for (let count = 0; count < 5; count += 1) expect((await fetch(proxy.url)).status).toBe(200);
    expect(proxy.failedByProxy()).toBe(0);
    // Five answers, and at least one request that met the closed connection and was sent again.
    expect(seen.length).toBeGreaterThan(5);
  });

  it('a request that may not be repeated is not', async () => {
    const proxy = started();
    const seen: string[] = [];
    await proxy.configure({ stable: [await forgetfulServer(seen)], weightPercent: 0 });
    expect((await fetch(proxy.url)).status).toBe(200);
    expect((await fetch(proxy.url, { method: 'POST', body: 'once' })).status).toBe(502);
    expect(seen).toEqual(['GET', 'POST']);
    expect(proxy.counted()).toEqual({ '1.0.0': { requests: 2, errors: 1 } });
  });

  it('an answer that breaks off breaks off for the client too, and counts as an error', async () => {
    const proxy = started();
    await proxy.configure({ stable: [await proxy.upstream((_, response) => { response.writeHead(200, { 'content-length': '100' }); response.write('part', () => response.destroy()); })], weightPercent: 0 });
    await expect(fetch(proxy.url).then((answer) => answer.text())).rejects.toThrow('terminated');
    expect(proxy.counted()).toEqual({ '1.0.0': { requests: 1, errors: 1 } });
  });

  it('a client that leaves at once is no error of the release, and nothing stays under way', async () => {
    const proxy = started();
    await proxy.configure({ stable: [await proxy.upstream(() => undefined)], weightPercent: 0 });
    const leaving = new AbortController();
    const answer = fetch(proxy.url, { signal: leaving.signal });
    await until(() => Object.values(proxy.proxy.state().inFlight).some((count) => count === 1));
    leaving.abort();
    await expect(answer).rejects.toThrow('aborted');
    await until(() => Object.values(proxy.proxy.state().inFlight).every((count) => count === 0));
    expect(proxy.counted()).toEqual({ '1.0.0': { requests: 1, errors: 0 } });
  });

  it('5xx of the release are its errors and not the proxy\'s', async () => {
    const proxy = started();
    await proxy.configure({ stable: [await proxy.upstream((_, response) => { response.writeHead(503).end(); })], weightPercent: 0 });
    await fetch(proxy.url);
    expect(proxy.counted()).toEqual({ '1.0.0': { requests: 1, errors: 1 } });
    expect(proxy.failedByProxy()).toBe(0);
  });

  it('an answer before all of the content was read reaches the client', async () => {
    const proxy = started();
    await proxy.configure({ stable: [await proxy.upstream((_, response) => { response.writeHead(413).end('too large'); })], weightPercent: 0 });
    const call = request(proxy.url, { method: 'POST', headers: { 'content-length': String(20 * 1024 * 1024) } });
    call.on('error', () => undefined);
    const answered = new Promise<IncomingMessage>((resolve) => { call.once('response', resolve); });
    call.write(Buffer.alloc(1024 * 1024));
    const answer = await answered;
    expect(answer.statusCode).toBe(413);
    call.destroy();
  });

  it('a head that is too large is refused', async () => {
    const proxy = started();
    await proxy.configure({ stable: [await proxy.upstream((_, response) => { response.end(); })], weightPercent: 0 });
    expect(await exchangeRaw(proxy.port, `GET / HTTP/1.1\r\nHost: a\r\nX-Large: ${'x'.repeat(40_000)}\r\n\r\n`)).toContain('431');
  });

  it('two lengths for one content are refused, so that nobody can hide a request in another', async () => {
    const proxy = started();
    await proxy.configure({ stable: [await proxy.upstream((_, response) => { response.end(); })], weightPercent: 0 });
    expect(await exchangeRaw(proxy.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')).toContain('400');
  });
});

describe('turns', () => {
  it('go round over the ready instances of a side', async () => {
    const proxy = started();
    const ports = await Promise.all(['a', 'b', 'c'].map((name) => proxy.upstream((_, response) => { response.end(name); })));
    await proxy.configure({ stable: ports, weightPercent: 0 });
    const agent = new Agent({ keepAlive: true });
    const answers: string[] = [];
    for (let count = 0; count < 9; count += 1) answers.push(await (await fetch(proxy.url)).text());
    expect(answers.join('')).toMatch(/^(abc|bca|cab)\1\1$/);
    agent.destroy();
  });
});
