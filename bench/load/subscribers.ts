import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import * as z from 'zod';

import { createClient } from '#client/index';

const job = z.strictObject({ url: z.url(), keys: z.array(z.string()) });
const told = z.discriminatedUnion('kind', [z.object({ kind: z.literal('ready') }), z.object({ kind: z.literal('heard'), milliseconds: z.array(z.number()) })]);

/** How often the process tells what was heard. */
const TELL_MILLISECONDS = 500;

/** What has not been heard this long after it was asked for is lost, which is an error. */
const PATIENCE_SECONDS = 60;

/** Followers of a whole tenant each, on a connection of its own each, all in a process of their own. */
export class Subscribers {
  readonly #child: ChildProcess;
  readonly #heard: number[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => {
      const parsed = told.parse(message);
      if (parsed.kind === 'heard') this.#heard.push(...parsed.milliseconds);
    });
  }

  /** Starts a subscriber for each key and waits until all of them listen. */
  static async start(given: z.input<typeof job>): Promise<Subscribers> {
    const child = fork(import.meta.filename, ['subscribe'], { execArgv: ['--conditions=sluice-source'] });
    child.send(job.parse(given));
    await Promise.race([once(child, 'message'), once(child, 'exit').then(([code]) => { throw new Error(`the subscribers ended with ${String(code)}`); })]);
    return new Subscribers(child);
  }

  /** Waits for so many events, counted for each subscriber; answers how long each took from its time, in milliseconds. @throws when some were lost */
  async heard(count: number): Promise<readonly number[]> {
    const patience = performance.now() + PATIENCE_SECONDS * 1000;
    while (this.#heard.length < count) {
      if (performance.now() > patience) throw new Error(`of ${count} events ${this.#heard.length} were heard`);
      await new Promise((resolve) => { setTimeout(resolve, TELL_MILLISECONDS); });
    }
    return this.#heard;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

async function subscribe({ url, keys }: z.output<typeof job>): Promise<void> {
  let milliseconds: number[] = [];
  const tell = (message: z.input<typeof told>) => { process.send?.(message); };
  await Promise.all(keys.map(async (key) => {
    const subscription = createClient({ url, key, maximumAttempts: 50 }).subscribe({ kind: 'tenant' });
    void (async () => { for await (const { at } of subscription) milliseconds.push(Date.now() - Date.parse(at)); })();
    await subscription.ready;
  }));
  milliseconds = [];
  tell({ kind: 'ready' });
  setInterval(() => {
    if (milliseconds.length > 0) tell({ kind: 'heard', milliseconds });
    milliseconds = [];
  }, TELL_MILLISECONDS);
}

if (process.argv[2] === 'subscribe' && process.send !== undefined) {
  process.once('message', (message) => void subscribe(job.parse(message)));
  process.once('disconnect', () => process.exit(0));
}
