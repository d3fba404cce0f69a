import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

import { exchangeRaw } from '#test/agent/support/raw-http';
import { RunningProxy } from '#test/agent/support/running-proxy';
import { until } from '#test/agent/support/until';

describe('a WebSocket through the proxy', () => {
  const running: RunningProxy[] = [];
  afterEach(() => { for (const one of running.splice(0)) one.close(); });

  async function echoing(): Promise<RunningProxy> {
    const proxy = new RunningProxy();
    running.push(proxy);
    const port = await proxy.upstream((incoming, response) => { response.writeHead(incoming.url === '/plain' ? 200 : 401, { 'x-why': 'no' }).end('plain'); }, (server) => {
      const sockets = new WebSocketServer({ noServer: true });
      server.on('upgrade', (incoming, socket, head) => {
        if (incoming.url === '/refused') {
          socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nX-Why: no\r\n\r\nno');
          return;
        }
        sockets.handleUpgrade(incoming, socket, head, (client) => { client.send('hello'); client.on('message', (data, binary) => client.send(data, { binary })); });
      });
    });
    await proxy.configure({ stable: [port], weightPercent: 0 });
    return proxy;
  }

  it('carries messages of any size both ways, and its end', async () => {
    const proxy = await echoing();
    const socket = new WebSocket(proxy.url);
    const received: string[] = [];
    socket.on('message', (data) => received.push(String(data)));
    await new Promise((resolve) => { socket.once('open', resolve); });
    const large = 'x'.repeat(3_000_000);
    socket.send('one');
    socket.send(large);
    await until(() => received.length === 3);
    expect(received).toEqual(['hello', 'one', large]);
    expect(Object.values(proxy.proxy.state().inFlight)).toEqual([1]);
    socket.close(1000);
    expect(await new Promise((resolve) => { socket.once('close', resolve); })).toBe(1000);
    await until(() => Object.values(proxy.proxy.state().inFlight).every((count) => count === 0));
    expect(proxy.counted()).toEqual({ '1.0.0': { requests: 1, errors: 0 } });
  });

  it('goes on while weights and instances change', async () => {
    const proxy = await echoing();
    const socket = new WebSocket(proxy.url);
    const received: string[] = [];
    socket.on('message', (data) => received.push(String(data)));
    await new Promise((resolve) => { socket.once('open', resolve); });
    await proxy.configure({ new: [await proxy.upstream((_, response) => { response.end(); })], weightPercent: 100 });
    socket.send('still here');
    await until(() => received.length === 2);
    expect(received).toEqual(['hello', 'still here']);
    socket.terminate();
  });

  it('that an instance refuses is answered with its refusal', async () => {
    const proxy = await echoing();
    const socket = new WebSocket(`${proxy.url}/refused`);
    const answer = await new Promise<{ statusCode?: number | undefined; headers: Record<string, unknown> }>((resolve) => { socket.once('unexpected-response', (_, response) => resolve(response)); });
    expect([answer.statusCode, answer.headers['x-why']]).toEqual([401, 'no']);
    socket.on('error', () => undefined);
    socket.terminate();
  });

  it('without an instance is answered with 503', async () => {
    const proxy = await echoing();
    await proxy.configure({ stable: [], weightPercent: 0 });
    const socket = new WebSocket(proxy.url);
    const error = await new Promise<Error>((resolve) => { socket.once('error', resolve); });
    expect(error.message).toContain('503');
    expect(proxy.failedByProxy()).toBe(1);
  });

  it('is not what an offer of HTTP/2 becomes: that is answered in HTTP/1.1', async () => {
    const proxy = await echoing();
    const answer = await exchangeRaw(proxy.port, 'GET /plain HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n');
    expect(answer).toContain('HTTP/1.1 200');
    expect(answer).toContain('plain');
  });
});
