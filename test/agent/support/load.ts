import { Agent, request } from 'node:http';

import { WebSocket } from 'ws';

/** What a load has seen. Every failure is kept in words. */
export type LoadSeen = { readonly answers: number; readonly failures: readonly string[]; readonly byRelease: ReadonlyMap<string, number> };

/**
 * Real clients at once, each over its own kept-alive connection, one request after the other: half of them GET, half POST with a content that
 * must come back. Beside them one client reads streams from beginning to end. `stop` waits for the last answers.
 */
export function startLoad(port: number, clients: number): { readonly seen: () => LoadSeen; readonly stop: () => Promise<LoadSeen> } {
  const agent = new Agent({ keepAlive: true, maxSockets: clients, scheduling: 'fifo' });
  const failures: string[] = [];
  const byRelease = new Map<string, number>();
  let answers = 0;
  const stopped = new AbortController();
  const loops = Array.from({ length: clients }, async (_, client) => {
    for (let turn = 0; !stopped.signal.aborted; turn += 1) {
      const content = `${client}-${turn}`;
      const answer = await ask(agent, port, client % 2 === 0 ? { path: '/' } : { path: '/echo', content });
      answers += 1;
      if ('failure' in answer) failures.push(answer.failure);
      else if (answer.status !== 200) failures.push(`${answer.status}: ${answer.body}`);
      else if (client % 2 === 1) { if (answer.body !== content) failures.push(`sent ${content}, got ${answer.body}`); }
      else byRelease.set(answer.body, (byRelease.get(answer.body) ?? 0) + 1);
    }
  });
  const streams = (async () => {
    while (!stopped.signal.aborted) {
      const answer = await ask(agent, port, { path: '/stream' });
      answers += 1;
      if ('failure' in answer) failures.push(`stream: ${answer.failure}`);
      else if (answer.body.trim().split('\n').length !== 40) failures.push(`a stream broke off: ${answer.status} ${answer.body}`);
    }
  })();
  const seen = () => ({ answers, failures: [...failures], byRelease: new Map(byRelease) });
  return {
    seen,
    stop: async () => {
      stopped.abort();
      await Promise.all([...loops, streams]);
      agent.destroy();
      return seen();
    },
  };
}

type Asked = { readonly path: string; readonly content?: string };

function ask(agent: Agent, port: number, { path, content }: Asked): Promise<{ readonly status: number; readonly body: string } | { readonly failure: string }> {
  return new Promise((resolve) => {
    const call = request({ host: '127.0.0.1', port, path, agent, method: content === undefined ? 'GET' : 'POST', timeout: 20_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => { body += chunk; });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', (error) => resolve({ failure: `${path}: ${error.message}` }));
    });
    call.on('timeout', () => call.destroy(new Error('no answer within 20 s')));
    call.on('error', (error) => resolve({ failure: `${path}: ${error.message}` }));
    call.end(content);
  });
}

/** A WebSocket that sends a message every 20 ms and expects each back. `close` ends it and answers what went wrong. */
export async function startTalk(port: number): Promise<{ readonly close: () => Promise<readonly string[]> }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  const failures: string[] = [];
  let sent = 0;
  let received = 0;
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', (error) => failures.push(error.message));
  socket.on('close', (code) => { if (code !== 1000) failures.push(`closed with ${code} after ${received} of ${sent} messages`); });
  socket.on('message', (data) => { received += 1; if (String(data) !== `message ${received}`) failures.push(`expected message ${received}, got ${String(data)}`); });
  const timer = setInterval(() => { sent += 1; socket.send(`message ${sent}`); }, 20);
  return {
    close: async () => {
      clearInterval(timer);
      const closed = new Promise((resolve) => { socket.once('close', resolve); });
      if (socket.readyState === WebSocket.OPEN) socket.close(1000);
      else failures.push('the WebSocket was closed before its client did so');
      if (socket.readyState !== WebSocket.CLOSED) await closed;
      if (received < sent - 1) failures.push(`${received} of ${sent} messages came back`);
      return failures;
    },
  };
}
