import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

import { afterEach, describe, expect, it } from 'vitest';

import { exchangeRaw } from '#test/agent/support/raw-http';
import { RunningProxy } from '#test/agent/support/running-proxy';
import { staysTheSame, until } from '#test/agent/support/until';

const running: RunningProxy[] = [];
afterEach(() => { for (const one of running.splice(0)) one.close(); });

async function inFrontOf(...given: Parameters<RunningProxy['upstream']>): Promise<RunningProxy> {
  const proxy = new RunningProxy();
  running.push(proxy);
  await proxy.configure({ stable: [await proxy.upstream(...given)], weightPercent: 0 });
  return proxy;
}

describe('the proxy passes on', () => {
  it('method, path, query and headers, without those of the connection and with the client named', async () => {
    const proxy = await inFrontOf((incoming, response) => { response.setHeader('connection', 'x-inner'); response.setHeader('x-inner', '1'); response.setHeader('x-outer', '2'); response.end(JSON.stringify({ method: incoming.method, url: incoming.url, headers: incoming.headers })); });
    const answer = await exchangeRaw(proxy.port, 'PATCH /a/b?c=d%20e HTTP/1.1\r\nHost: shop.example\r\nConnection: close, X-Secret-Hop\r\nX-Secret-Hop: 1\r\nKeep-Alive: timeout=9\r\nX-Forwarded-For: 192.0.2.7\r\nX-Kept: yes\r\nContent-Length: 0\r\n\r\n');
    expect(answer).toContain('HTTP/1.1 200 OK');
    expect(answer.toLowerCase()).toContain('x-outer: 2');
    expect(answer.toLowerCase()).not.toContain('x-inner: 1');
    const seen = JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1));
    expect(seen).toMatchObject({ method: 'PATCH', url: '/a/b?c=d%20e', headers: { host: 'shop.example', 'x-kept': 'yes', 'x-forwarded-for': '192.0.2.7, 127.0.0.1', 'x-forwarded-proto': 'http', 'x-forwarded-host': 'shop.example' } });
    expect(Object.keys(seen.headers)).not.toContain('x-secret-hop');
    expect(Object.keys(seen.headers)).not.toContain('keep-alive');
  });

  it('a large body both ways, unchanged', async () => {
    const proxy = await inFrontOf((incoming, response) => { incoming.pipe(response); });
    const block = Buffer.alloc(1024 * 1024, 'sluice');
    const sent = createHash('sha256');
    const source = Readable.from((function* blocks() { for (let count = 0; count < 40; count += 1) { sent.update(block); yield block; } })());
    const answer = await fetch(proxy.url, { method: 'POST', body: Readable.toWeb(source), duplex: 'half' });
    const received = createHash('sha256');
    let bytes = 0;
    for await (const chunk of answer.body ?? []) { received.update(chunk); bytes += chunk.length; }
    expect(bytes).toBe(40 * block.length);
    expect(received.digest('hex')).toBe(sent.digest('hex'));
  });

  it('a stream as it comes, and holds its source back while the client does not read', async () => {
    let written = 0;
    const proxy = await inFrontOf((_, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const push = () => {
        let room = true;
        while (room && written < 400) {
          room = response.write(chunk);
          written += 1;
        }
      };
      response.on('drain', push);
      push();
    });
    const slow = await begin(proxy.url, {});
    await until(() => written > 5 && staysTheSame(() => written));
    // Far below the 25 MB that there are: what is in buffers of the three sockets.
    expect(written).toBeLessThan(300);
    slow.destroy();
  });

  it('a first event before the second exists', async () => {
    let finish: () => void = () => undefined;
    const proxy = await inFrontOf((_, response) => { response.writeHead(200, { 'content-type': 'text/event-stream' }); response.write('data: 1\n\n'); finish = () => { response.end('data: 2\n\n'); }; });
    const answer = await begin(proxy.url, {});
    const first = await new Promise<Buffer>((resolve) => { answer.once('data', resolve); });
    expect(String(first)).toBe('data: 1\n\n');
    finish();
    expect(await textOf(answer)).toBe('data: 2\n\n');
  });

  it('the head of a stream that is silent at first', async () => {
    const proxy = await inFrontOf((_, response) => { response.writeHead(200, { 'x-head': 'early' }); response.flushHeaders(); });
    const answer = await begin(proxy.url, {});
    expect(answer.headers['x-head']).toBe('early');
    answer.destroy();
  });

  it('an answer that takes longer to come than idle connections are kept', async () => {
    const proxy = await inFrontOf((_, response) => { setTimeout(() => response.end('late'), 2200); });
    expect(await Promise.all([fetch(proxy.url), fetch(proxy.url)].map(async (answer) => (await answer).text()))).toEqual(['late', 'late']);
    expect(proxy.counted()).toEqual({ '1.0.0': { requests: 2, errors: 0 } });
  });

  it('HEAD, 204 and 304 without content, on the same connection', async () => {
    const proxy = await inFrontOf((incoming, response) => { if (incoming.url === '/head') response.writeHead(200, { 'content-length': '1234' }).end(); else response.writeHead(Number(incoming.url?.slice(1))).end(); });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const head = await begin(`${proxy.url}/head`, { method: 'HEAD', agent });
    expect([head.statusCode, head.headers['content-length'], await textOf(head)]).toEqual([200, '1234', '']);
    for (const status of [204, 304]) {
      const answer = await begin(`${proxy.url}/${status}`, { agent });
      expect([answer.statusCode, await textOf(answer)]).toEqual([status, '']);
    }
    agent.destroy();
  });

  it('the wish to be told to continue, and the refusal of one that must not', async () => {
    const proxy = await inFrontOf((incoming, response) => { incoming.pipe(response); }, (server) => {
      server.on('checkContinue', (incoming: IncomingMessage, response) => {
        if (incoming.url === '/no') { response.writeHead(413).end('too large'); return; }
        response.writeContinue();
        incoming.pipe(response);
      });
    });
    const told: string[] = [];
    const agreed = expecting(`${proxy.url}/yes`, told);
    expect(await textOf(await agreed)).toBe('content');
    expect(told).toEqual(['continue']);
    const refused = await expecting(`${proxy.url}/no`, told);
    expect([refused.statusCode, await textOf(refused)]).toEqual([413, 'too large']);
    expect(told).toEqual(['continue']);
  });

  it('trailers in both directions', async () => {
    const proxy = await inFrontOf((incoming, response) => {
      incoming.resume().on('end', () => { response.writeHead(200, { trailer: 'x-sum' }); response.write('a'); response.addTrailers({ 'x-sum': `got ${String(incoming.trailers['x-part'])}` }); response.end(); });
    });
    const call = request(proxy.url, { method: 'POST', headers: { 'transfer-encoding': 'chunked', trailer: 'x-part' } });
    call.write('body');
    call.addTrailers({ 'x-part': '7' });
    call.end();
    const answer = await answerOf(call);
    await textOf(answer);
    expect(answer.trailers).toEqual({ 'x-sum': 'got 7' });
  });

  it('a content of unknown length of a method that rarely has one', async () => {
    const proxy = await inFrontOf((incoming, response) => { incoming.pipe(response); });
    const answer = await exchangeRaw(proxy.port, 'DELETE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n');
    expect(answer).toContain('hello');
  });
});

async function begin(url: string, options: { readonly method?: string; readonly agent?: Agent }): Promise<IncomingMessage> {
  const call = request(url, options);
  call.end();
  return answerOf(call);
}

function answerOf(call: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => { call.once('response', resolve); call.once('error', reject); });
}

function expecting(url: string, told: string[]): Promise<IncomingMessage> {
  const call = request(url, { method: 'POST', headers: { expect: '100-continue', 'content-length': '7' } });
  call.once('continue', () => { told.push('continue'); call.end('content'); });
  call.flushHeaders();
  return answerOf(call);
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return text;
}
