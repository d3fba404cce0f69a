import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import * as z from 'zod';

import { createdApiKey } from '#contracts/views';
import { serve } from '#test/end-to-end-standalone/sluice-process';
import { guardedFolder } from '#test/end-to-end-standalone/guarded';
import { done } from '#test/standalone/server/matrix-system';

const usage = `node --conditions=sluice-source test/abuse/neighbour.ts [--seconds N]

What a tenant notices of another one that asks as fast as it can: the latencies of its requests, 40 in a second, alone and beside that, in turns and in
one run. The control plane, the flood and who measures are three processes.
`;

/** Below the rate of one key, so that nothing of the quiet tenant is ever refused. */
const PER_SECOND = 40;

/** As many keys as make the flood's tenant, and not only its keys, reach its limit. */
const FLOOD_KEYS = 8;

/** Turns of both kinds, so that what else the machine does meets both. */
const TURNS = 3;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' }, help: { type: 'boolean', default: false } } });
if (values.help) process.stdout.write(usage);
else await measure(Number(values.seconds));

type Latencies = { readonly milliseconds: number[]; failed: number };

async function measure(seconds: number): Promise<void> {
  const { folder, remove } = await guardedFolder();
  const started = await serve(['--port', '0', '--data', join(folder, 'data')], { direct: true });
  try {
    const keyOf = async (tenant: string) => {
      await done(started.url, { method: 'PUT', path: `/v1/tenants/${tenant}`, key: started.keys.operator ?? '', body: {} });
      return createdApiKey.parse(await done(started.url, { method: 'POST', path: `/v1/tenants/${tenant}/keys`, key: started.keys.operator ?? '', body: {} })).key;
    };
    const [quiet, loud] = [await keyOf('quiet'), await keyOf('loud')];
    const loudKeys = await Promise.all(Array.from({ length: FLOOD_KEYS }, async (_, index) => createdApiKey.parse(await done(started.url, { method: 'POST', path: '/v1/keys', key: loud, body: { name: `loud-${index}`, role: 'viewer' } })).key));
    const [alone, beside]: readonly [Latencies, Latencies] = [{ milliseconds: [], failed: 0 }, { milliseconds: [], failed: 0 }];
    const flooded: Record<string, number> = {};
    await askSteadily(started.url, quiet, 2, { milliseconds: [], failed: 0 });
    for (let turn = 0; turn < TURNS; turn += 1) {
      await askSteadily(started.url, quiet, seconds, alone);
      const stop = flood(started.url, loudKeys, flooded);
      await askSteadily(started.url, quiet, seconds, beside);
      await stop();
    }
    tell(alone, beside, flooded, seconds * TURNS);
  } finally {
    await started.process.stop();
    await remove();
  }
}

/** Asks at fixed times, whether or not the last answer has come, so that no slow answer spares the next request its wait. */
async function askSteadily(url: string, key: string, seconds: number, into: Latencies): Promise<void> {
  const began = performance.now();
  const all: Promise<void>[] = [];
  for (let index = 0; index < seconds * PER_SECOND; index += 1) {
    const due = began + (index * 1000) / PER_SECOND;
    await pause(Math.max(0, due - performance.now()));
    all.push(askOnce(url, key, due, into));
  }
  await Promise.all(all);
}

async function askOnce(url: string, key: string, due: number, into: Latencies): Promise<void> {
  const answer = await fetch(`${url}/v1/deployments`, { headers: { authorization: `Bearer ${key}` } });
  await answer.text();
  into.milliseconds.push(performance.now() - due);
  if (answer.status !== 200) into.failed += 1;
}

/** Starts the flood, and answers how to end it; adds what it was answered. */
function flood(url: string, keys: readonly string[], into: Record<string, number>): () => Promise<void> {
  const child = spawn(process.execPath, ['--conditions=sluice-source', join(import.meta.dirname, 'flood.ts'), url, ...keys], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n').filter((one) => one !== '')) {
      for (const [status, count] of Object.entries(z.record(z.string(), z.int()).parse(JSON.parse(line)))) into[status] = (into[status] ?? 0) + count;
    }
  });
  return async () => {
    child.kill();
    await once(child, 'close');
  };
}

function tell(alone: Latencies, beside: Latencies, flooded: { readonly [status: string]: number }, seconds: number): void {
  const quantile = ({ milliseconds }: Latencies, share: number) => milliseconds.toSorted((one, other) => one - other)[Math.ceil(milliseconds.length * share) - 1] ?? 0;
  const row = (name: string, of: Latencies) => `| ${name} | ${of.milliseconds.length} | ${of.failed} | ${quantile(of, 0.5).toFixed(1)} | ${quantile(of, 0.99).toFixed(1)} |`;
  const [p50, p99] = [0.5, 0.99].map((share) => (quantile(beside, share) / quantile(alone, share)).toFixed(1));
  const perSecond = Object.entries(flooded).map(([status, count]) => `${Math.round(count / seconds)} with ${status}`).join(', ');
  process.stdout.write(`| Requests of the quiet tenant | Count | Failed | p50 (ms) | p99 (ms) |\n|---|---|---|---|---|\n${row('alone', alone)}\n${row('beside the flood', beside)}\n\nRatio: ${p50} at the median, ${p99} at p99. The flood was answered ${perSecond} in a second. ${availableParallelism()} processors (${cpus()[0]?.model.trim() ?? 'unknown'}).\n`);
}
