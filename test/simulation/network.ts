import type { HttpAnswer } from '#application/http/exchange';

import type { Chance } from '../application/crash/chance.ts';
import { Unreachable } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import { between } from './dice.ts';
import type { Faults } from './faults.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** A request as its sender writes it. */
export type Sent = { readonly method: 'GET' | 'POST' | 'PUT'; readonly path: string; readonly query?: string; readonly body?: unknown; readonly idempotencyKey?: string };

/** What came back: status, and the body as it was parsed. */
export type Came = { readonly status: number; readonly body: unknown };

/** One way over the network takes so long, and over a bad one so much longer; who hears nothing for so long gives up. */
const LEAST_MILLISECONDS = 1;
const MOST_MILLISECONDS = 30;
const SLOW_MILLISECONDS = 4000;
const TIMEOUT_MILLISECONDS = 5000;

/** One sender's way to the control plane: slow, and it loses requests and answers. */
export class Network {
  readonly #parts: { readonly time: SimulatedTime; readonly faults: Faults; readonly controlPlane: ControlPlane; readonly chance: Chance; readonly key: string };

  constructor(parts: { readonly time: SimulatedTime; readonly faults: Faults; readonly controlPlane: ControlPlane; readonly chance: Chance; readonly key: string }) {
    this.#parts = parts;
  }

  /** Sends a request. @throws Unreachable when no answer comes; whether it was done is not known then */
  async send(sent: Sent): Promise<Came> {
    const { time, faults, chance } = this.#parts;
    await time.sleep(this.#wayMilliseconds());
    if (faults.strikes('request lost', chance)) return await this.#giveUp('the request was lost');
    const answer = await this.#handled(sent);
    await time.sleep(this.#wayMilliseconds());
    if (faults.strikes('answer lost', chance)) return await this.#giveUp('the answer was lost');
    return { status: answer.status, body: answer.body === '' ? null : JSON.parse(answer.body) };
  }

  async #handled({ method, path, query = '', body, idempotencyKey }: Sent): Promise<HttpAnswer> {
    const { controlPlane, key } = this.#parts;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }) };
    return await controlPlane.handle({ method, path, query, headers, readBody: async () => new TextEncoder().encode(body === undefined ? '' : JSON.stringify(body)), clientAddress: '127.0.0.1' });
  }

  #wayMilliseconds(): number {
    const { faults, chance } = this.#parts;
    return faults.strikes('slow network', chance) ? chance.below(SLOW_MILLISECONDS) : between(chance, LEAST_MILLISECONDS, MOST_MILLISECONDS);
  }

  async #giveUp(reason: string): Promise<never> {
    await this.#parts.time.sleep(TIMEOUT_MILLISECONDS);
    throw new Unreachable(reason);
  }
}
