import { Agent, request } from 'node:http';

import { freePort } from '#agent/processes/free-port';

import { alternating, median, ratePerSecond } from './measure.ts';
import type { BenchRow, Measured } from './measure.ts';
import { startRole } from './proxy-processes.ts';

/** How long a round of one side takes. */
const ROUND_MILLISECONDS = 1000;

/** Connections that are kept, each with one request at a time. */
const CONNECTIONS = 16;

export const proxyThroughput: BenchRow = {
  what: 'Requests through the agent\'s proxy, 16 connections', unit: 'per second', comparedWith: 'the same server without it',
  measure: async () => await withProxy(async (port) => await ratePerSecond(ROUND_MILLISECONDS, asking(port, CONNECTIONS))),
};

export const proxyLatency: BenchRow = {
  what: 'Median time of a request through the agent\'s proxy, 1 connection', unit: 'ms', comparedWith: 'the same server without it',
  measure: async () => await withProxy(async (port) => {
    const times: number[] = [];
    const ask = asking(port, 1);
    await ratePerSecond(ROUND_MILLISECONDS, async () => {
      const start = performance.now();
      const asked = await ask();
      times.push(performance.now() - start);
      return asked;
    });
    return median(times);
  }),
};

/** Client, server and proxy are processes of their own on one machine, so they share its processors. */
async function withProxy(measure: (port: number) => Promise<number>): Promise<Measured> {
  const server = await freePort(new Set());
  const proxy = await freePort(new Set([server]));
  const ends = [await startRole({ role: 'server', port: server }), await startRole({ role: 'proxy', port: proxy, to: server })];
  try {
    return await alternating(async () => await measure(proxy), async () => await measure(server));
  } finally {
    for (const end of ends) await end();
  }
}

/** Has every connection ask a few times, and answers how many requests that were. */
function asking(port: number, connections: number): () => Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const each = connections === 1 ? 1 : 20;
  return async () => {
    await Promise.all(Array.from({ length: connections }, async () => {
      for (let index = 0; index < each; index += 1) await askOnce(port, agent);
    }));
    return connections * each;
  };
}

async function askOnce(port: number, agent: Agent): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    request({ host: '127.0.0.1', port, agent, path: '/' }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode ?? 0}`));
      response.resume().once('end', resolve);
    }).once('error', reject).end();
  });
}
