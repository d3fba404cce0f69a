import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import * as z from 'zod';

import { until } from '../end-to-end/until.ts';

/** What clients met. */
export type TrafficSeen = { readonly requests: number; readonly byRelease: { readonly [release: string]: number }; readonly failures: readonly string[] };

/** How many clients ask, each again and again, and how long each waits in between: about 8 × 40 = 300 requests a second at the most. */
const CLIENTS = 8;
const THINK_MILLISECONDS = 20;

/** A request that takes longer has failed. */
const TIMEOUT_MILLISECONDS = 10_000;

const answer = z.looseObject({ release: z.string() });

/** Clients of a shop, on kept connections, as browsers and load balancers are. */
export class Traffic {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  readonly #byRelease = new Map<string, number>();
  readonly #failures: string[] = [];
  readonly #clients: readonly Promise<void>[];
  #requests = 0;
  #isStopped = false;

  constructor(port: number) {
    this.#port = port;
    this.#clients = Array.from({ length: CLIENTS }, () => this.#ask());
  }

  get seen(): TrafficSeen {
    return { requests: this.#requests, byRelease: Object.fromEntries(this.#byRelease), failures: this.#failures };
  }

  /** Waits until clients are answered by this release and by no other. */
  async isServedBy(release: string): Promise<void> {
    await until(`all traffic is on ${release}`, async () => {
      const before = { ...this.seen.byRelease };
      const asked = this.#requests;
      await until('more requests came', () => (this.#requests > asked + 50 ? true : undefined));
      const answering = Object.entries(this.seen.byRelease).filter(([name, count]) => count > (before[name] ?? 0)).map(([name]) => name);
      return answering.join() === release ? true : undefined;
    });
  }

  /** Lets what is under way end, and answers what was met. */
  async stop(): Promise<TrafficSeen> {
    this.#isStopped = true;
    await Promise.all(this.#clients);
    this.#agent.destroy();
    return this.seen;
  }

  async #ask(): Promise<void> {
    while (!this.#isStopped) {
      const failure = await this.#askOnce().catch((error: unknown) => String(error));
      this.#requests += 1;
      if (failure !== undefined) this.#failures.push(`${new Date().toISOString()} ${failure}`);
      await pause(THINK_MILLISECONDS);
    }
  }

  /** Answers what went wrong, if anything. */
  async #askOnce(): Promise<string | undefined> {
    const { status, text } = await new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: this.#port, path: '/', agent: this.#agent, timeout: TIMEOUT_MILLISECONDS }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => { body += chunk.toString(); });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: body }));
        response.on('error', reject);
      });
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${TIMEOUT_MILLISECONDS} ms`)));
      asked.on('error', reject);
      asked.end();
    });
    if (status !== 200) return `${status} ${text.slice(0, 200)}`;
    const { release } = answer.parse(JSON.parse(text));
    this.#byRelease.set(release, (this.#byRelease.get(release) ?? 0) + 1);
    return undefined;
  }
}
