import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { exchangeRaw } from '#test/agent/support/raw-http';
import { RunningProxy } from '#test/agent/support/running-proxy';

describe('a request that could be understood in two ways', () => {
  let proxy: RunningProxy;
  const seen: string[] = [];
  beforeEach(async () => {
    seen.splice(0);
    proxy = new RunningProxy();
    await proxy.configure({ stable: [await proxy.upstream((incoming, response) => {
      let content = '';
      incoming.on('data', (chunk: Buffer) => { content += chunk.toString(); });
      incoming.on('end', () => {
        seen.push(`${incoming.method} ${incoming.url} of ${incoming.headers.host}, forwarded of ${incoming.headers['x-forwarded-host']}: ${content}`);
        response.end('seen');
      });
    })], weightPercent: 0 });
  });
  afterEach(() => proxy.close());

  it.each([
    ['two hosts', 'GET /a HTTP/1.1\r\nHost: one\r\nHost: two\r\n\r\n', '400 Bad Request'],
    ['two hosts and a WebSocket', 'GET /a HTTP/1.1\r\nHost: one\r\nHost: two\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', '400 Bad Request'],
    ['a coding below chunked', 'POST /a HTTP/1.1\r\nHost: one\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', '501 Not Implemented'],
    ['a length and chunks', 'POST /a HTTP/1.1\r\nHost: one\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: one\r\n\r\n', '400 Bad Request'],
    ['two lengths', 'POST /a HTTP/1.1\r\nHost: one\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', '400 Bad Request'],
    ['a header over two lines', 'GET /a HTTP/1.1\r\nHost: one\r\nX: a\r\n b\r\n\r\n', '400 Bad Request'],
  ])('is refused, and no instance hears of it: %s', async (_, text, status) => {
    const answer = await exchangeRaw(proxy.port, text);
    expect(answer.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(seen).toEqual([]);
    expect(proxy.failedByProxy()).toBe(0);
  });

  it('is understood by its whole address, when it names one, also where its header says otherwise', async () => {
    await exchangeRaw(proxy.port, 'GET http://named.example:81/b?c HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n');
    expect(seen).toEqual(['GET /b?c of named.example:81, forwarded of named.example:81: ']);
  });

  it('is no WebSocket when it has content: that reaches the instance as content, and as nothing else', async () => {
    const content = 'GET /hidden HTTP/1.1\r\nHost: one\r\n\r\n';
    await exchangeRaw(proxy.port, `POST /a HTTP/1.1\r\nHost: one\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nContent-Length: ${content.length}\r\n\r\n${content}`);
    expect(seen).toEqual([`POST /a of one, forwarded of one: ${content}`]);
  });
});
