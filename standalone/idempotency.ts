import * as z from 'zod';

import { answerSealedFor } from '#engine/sealing';
import type { Vault } from '#engine/vault';
import type { Idempotency, StoredAnswer } from '#ports/idempotency';

import type { Database } from './database.ts';

const storedAnswer = z.object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.string() });

/** The answers in the database. They are sealed: the answer that makes an API key holds its value, which is stored nowhere else. */
export class SqliteIdempotency implements Idempotency {
  readonly #database: Database;
  readonly #vault: Vault;

  constructor(database: Database, vault: Vault) {
    this.#database = database;
    this.#vault = vault;
  }

  async begin(
    record: { readonly tenant: string; readonly key: string; readonly fingerprint: string; readonly at: string },
  ): ReturnType<Idempotency['begin']> {
    const { tenant, key, fingerprint, at } = record;
    const begun = await this.#database.run('beginRequest', { tenant, key, fingerprint, now: Date.parse(at) });
    if (begun.state === 'new') return { state: 'new', firstBegunAt: new Date(begun.firstBegunAt).toISOString() };
    if (begun.state !== 'done') return begun;
    const answer = await this.#vault.unseal(tenant, begun.answer, answerSealedFor(tenant, key));
    return { state: 'done', answer: storedAnswer.parse(JSON.parse(new TextDecoder().decode(answer))) };
  }

  async finish(tenant: string, key: string, answer: StoredAnswer): Promise<void> {
    const sealed = await this.#vault.seal(tenant, new TextEncoder().encode(JSON.stringify(answer)), answerSealedFor(tenant, key));
    await this.#database.run('finishRequest', { tenant, key, answer: sealed });
  }

  async forget(tenant: string, key: string): Promise<void> {
    await this.#database.run('forgetRequest', { tenant, key });
  }

  async expire(now: string): Promise<number> {
    return this.#database.run('expireRequests', { now: Date.parse(now) });
  }
}
