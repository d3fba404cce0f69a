import { randomUUID } from 'node:crypto';

import * as z from 'zod';

import { Failure } from '#contracts/errors';
import { beginRequest } from '#engine/begun-request';
import type { BegunRequest } from '#engine/begun-request';
import type { SealedFor } from '#engine/sealing';
import type { Vault } from '#engine/vault';
import { ANSWER_KEPT_SECONDS } from '#ports/idempotency';
import type { Idempotency, StoredAnswer } from '#ports/idempotency';

import { ABSENT } from './table.ts';
import type { Condition, Place, Table } from './table.ts';

/** Each try loses to another request with the same key, which begins only once; a few are plenty. */
const MAXIMUM_TRIES = 5;

const storedAnswer = z.object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.string() });
const begun = z.object({ fingerprint: z.string(), begunAt: z.number(), firstBegunAt: z.number(), by: z.string(), answer: z.instanceof(Uint8Array).optional() });

/** The answers, sealed: the one that makes an API key holds its value, which is stored nowhere else. The table itself removes what is old. */
export class DynamoIdempotency implements Idempotency {
  readonly #state: Table;
  readonly #vault: () => Promise<Vault>;

  constructor(state: Table, vault: () => Promise<Vault>) {
    this.#state = state;
    this.#vault = vault;
  }

  async begin(record: Parameters<Idempotency['begin']>[0]): ReturnType<Idempotency['begin']> {
    const { tenant, key, fingerprint, at } = record;
    const by = randomUUID();
    for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
      const stored = await this.#stored(tenant, key);
      // A write whose answer was lost was tried again by the client, and then met itself.
      if (stored?.by === by) return { state: 'new', firstBegunAt: new Date(stored.firstBegunAt).toISOString() };
      const beginning = beginRequest(stored, fingerprint, Date.parse(at));
      if (beginning.state === 'done') return { state: 'done', answer: await this.#open(tenant, key, beginning.answer) };
      if (beginning.state !== 'new') return { state: beginning.state };
      const { begunAt, firstBegunAt } = beginning.record;
      const item = { ...placeOf(tenant, key), fingerprint, begunAt, firstBegunAt, by, expiresAt: Math.ceil(begunAt / 1000) + ANSWER_KEPT_SECONDS };
      if (await this.#state.put(item, stored === undefined ? ABSENT : isStill(stored))) return { state: 'new', firstBegunAt: new Date(firstBegunAt).toISOString() };
    }
    throw new Failure('version-conflict', `the request with the key ${key} was begun ${MAXIMUM_TRIES} times at once`);
  }

  async finish(tenant: string, key: string, answer: StoredAnswer): Promise<void> {
    const sealed = await (await this.#vault()).seal(tenant, new TextEncoder().encode(JSON.stringify(answer)), sealedFor(tenant, key));
    await this.#state.update(placeOf(tenant, key), { expression: 'SET answer = :answer', when: 'attribute_exists(pk) AND attribute_not_exists(answer)', values: { ':answer': sealed } });
  }

  async forget(tenant: string, key: string): Promise<void> {
    // It counts as lost from now on; when it was first begun stays known.
    await this.#state.update(placeOf(tenant, key), { expression: 'SET begunAt = :never', when: 'attribute_exists(pk) AND attribute_not_exists(answer)', values: { ':never': 0 } });
  }

  /** The table removes what has expired by itself, so nothing is counted here. */
  async expire(): Promise<number> {
    return 0;
  }

  async #stored(tenant: string, key: string): Promise<(BegunRequest<Uint8Array> & { readonly by: string }) | undefined> {
    const found = await this.#state.get(placeOf(tenant, key));
    return found === undefined ? undefined : { answer: undefined, ...begun.parse(found) };
  }

  async #open(tenant: string, key: string, sealed: Uint8Array): Promise<StoredAnswer> {
    const answer = await (await this.#vault()).unseal(tenant, sealed, sealedFor(tenant, key));
    return storedAnswer.parse(JSON.parse(new TextDecoder().decode(answer)));
  }
}

function isStill({ begunAt, answer }: BegunRequest<unknown>): Condition {
  return { expression: `begunAt = :begunAt AND ${answer === undefined ? 'attribute_not_exists(answer)' : 'attribute_exists(answer)'}`, values: { ':begunAt': begunAt } };
}

function placeOf(tenant: string, key: string): Place {
  return { pk: `${tenant}#request`, sk: key };
}

function sealedFor(tenant: string, key: string): SealedFor {
  return ['idempotency', tenant, key];
}
