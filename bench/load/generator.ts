import { fork } from 'node:child_process';
import { once } from 'node:events';

import { Pool } from 'undici';
import * as z from 'zod';

const job = z.strictObject({
  url: z.url(),
  connections: z.int().min(1),
  seconds: z.number().positive(),
  /** Requests a second, begun on time whether or not the ones before were answered; without it each connection asks again at once. */
  perSecond: z.number().positive().optional(),
  /** Asked one after the other, over and over; of those with an idempotency key each is asked once. */
  requests: z.array(z.strictObject({ method: z.enum(['GET', 'POST', 'PUT']), path: z.string(), key: z.string(), body: z.string().optional() })).min(1),
  once: z.boolean().default(false),
});

const result = z.strictObject({ answered: z.int(), refused: z.record(z.string(), z.int()), perSecond: z.number(), medianMilliseconds: z.number(), p99Milliseconds: z.number() });

/** What a generator is to ask. */
export type LoadJob = z.input<typeof job>;
/** What it saw: times are from when a request was due until its last byte, so that a stalled server is not measured by the requests that never were sent. */
export type LoadResult = z.output<typeof result>;

/** Has a process of its own ask. @throws when it does not end well */
export async function generate(given: LoadJob): Promise<LoadResult> {
  const child = fork(import.meta.filename, ['generate'], { execArgv: ['--conditions=sluice-source'] });
  child.send(job.parse(given));
  const [message] = await Promise.race([once(child, 'message'), once(child, 'exit').then(([code]) => { throw new Error(`the load generator ended with ${String(code)}`); })]);
  return result.parse(message);
}

async function run({ url, connections, seconds, perSecond, requests, once: eachOnce }: z.output<typeof job>): Promise<LoadResult> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const milliseconds: number[] = [];
  const refused: Record<string, number> = {};
  let next = 0;
  const ask = async (due: number) => {
    const one = requests[next++ % requests.length];
    if (one === undefined) return;
    const { statusCode, body } = await pool.request({ method: one.method, path: one.path, headers: { authorization: `Bearer ${one.key}`, ...(one.body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(one.body === undefined ? {} : { body: one.body }) });
    await body.dump();
    if (statusCode >= 400) refused[statusCode] = (refused[statusCode] ?? 0) + 1;
    else milliseconds.push(performance.now() - due);
  };
  const start = performance.now();
  const goesOn = () => performance.now() - start < seconds * 1000 && !(eachOnce && next >= requests.length);
  if (perSecond === undefined) {
    await Promise.all(Array.from({ length: connections }, async () => { while (goesOn()) await ask(performance.now()); }));
  } else {
    await atRate({ perSecond, start, goesOn, ask });
  }
  const took = (performance.now() - start) / 1000;
  await pool.close();
  const sorted = milliseconds.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { answered: sorted.length, refused, perSecond: sorted.length / took, medianMilliseconds: at(0.5), p99Milliseconds: at(0.99) };
}

/** Begins each request when it is due, at even distances. */
async function atRate({ perSecond, start, goesOn, ask }: { readonly perSecond: number; readonly start: number; readonly goesOn: () => boolean; readonly ask: (due: number) => Promise<void> }): Promise<void> {
  const asked: Promise<void>[] = [];
  while (goesOn()) {
    const due = start + (asked.length * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await new Promise((resolve) => { setTimeout(resolve, early); });
    asked.push(ask(due));
  }
  await Promise.all(asked);
}

async function tell(message: unknown): Promise<void> {
  const ended = await run(job.parse(message));
  process.send?.(ended, () => process.disconnect());
}

if (process.argv[2] === 'generate' && process.send !== undefined) {
  process.once('message', (message) => void tell(message));
}
