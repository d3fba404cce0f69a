import { deepEqual } from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

import { eventCatalogue } from '#contracts/events';

import type { Tenant } from '../end-to-end/tenant.ts';
import type { StoredState } from './stored-state.ts';

/** How long a writer waits between its writes: four of them make some 50 writes a second at the most, well within what one key may ask. */
const THINK_MILLISECONDS = 60;

/** What a name of a variable begins with whose value counts the writes. */
const COUNTED = 'WRITE';

/** Writers that count: each changes an application of its own again and again, and takes down what was acknowledged. */
export class RecordedLoad {
  readonly #tenant: Tenant;
  readonly #acknowledged: number[];
  readonly #writers: readonly Promise<void>[];
  #isStopped = false;
  #held: Promise<void> | undefined;
  /** Calls that ended with an error, in words: the client had repeated them until it gave up. */
  readonly refused: string[] = [];

  constructor(tenant: Tenant, writers = 4) {
    this.#tenant = tenant;
    this.#acknowledged = Array.from({ length: writers }, () => 0);
    this.#writers = this.#acknowledged.map((_none, writer) => this.#write(writer));
  }

  /** How many writes were acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged.reduce((all, one) => all + one, 0);
  }

  /** Has the writers wait while something is looked at. */
  async quietly<Answer>(look: () => Promise<Answer>): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    try {
      return await look();
    } finally {
      this.#held = undefined;
      resolve();
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#writers);
  }

  /** Checks that each acknowledged write is stored once and in its order. What was acknowledged since the state was read may be missing: give what `acknowledgedNow` answered before. */
  expectStored({ events }: StoredState, acknowledged: readonly number[] = this.#acknowledged): void {
    const stored = this.#acknowledged.map((): number[] => []);
    for (const { type, payload, stream } of events.get(this.#tenant.name) ?? []) {
      if (type !== 'ResourceApplied' || !stream.startsWith('application/load-')) continue;
      stored[Number(stream.slice('application/load-'.length))]?.push(numberOf(payload));
    }
    for (const [writer, numbers] of stored.entries()) {
      deepEqual([writer, numbers], [writer, numbers.map((_number, index) => index + 1)]);
      if (numbers.length < (acknowledged[writer] ?? 0)) throw new Error(`of ${acknowledged[writer] ?? 0} writes of writer ${writer} that were acknowledged, ${numbers.length} are stored`);
    }
  }

  get acknowledgedNow(): readonly number[] {
    return [...this.#acknowledged];
  }

  async #write(writer: number): Promise<void> {
    const name = `load-${writer}`;
    for (let number = 1; !this.#isStopped; number += 1) {
      await this.#held;
      try {
        await this.#tenant.client.putApplication({ params: { name }, body: { apiVersion: 'sluice.dev/v1', kind: 'Application', metadata: { name }, spec: { components: [{ name: 'web', port: 8080, environment: [{ name: COUNTED, value: `${number}` }] }] } } });
        this.#acknowledged[writer] = number;
      } catch (error) {
        // Whether it was done is not known: the same number is written again, and must be there once.
        this.refused.push(String(error));
        number -= 1;
      }
      await pause(THINK_MILLISECONDS);
    }
  }
}

function numberOf(payload: unknown): number {
  const { resource } = eventCatalogue.ResourceApplied.payload.parse(payload);
  if (resource.kind !== 'Application') throw new Error('a writer has made something else');
  const variable = resource.spec.components[0]?.environment?.find(({ name }) => name === COUNTED);
  return variable !== undefined && 'value' in variable ? Number(variable.value) : Number.NaN;
}
