import * as z from 'zod';

import { sideReference } from '#domain/deployment/plan';
import type { SideReference } from '#domain/deployment/plan';
import type { Lease, LeaseKey, Leases, QueueEntry } from '#ports/lease';

import type { Database } from './database.ts';
import type { LeaseRow } from './transactions/leases.ts';

const targets = z.array(z.string());

/** The leases in the database; each method is one transaction. */
export class SqliteLeases implements Leases {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async take(tenant: string, deployment: string, keys: readonly LeaseKey[]): Promise<{ readonly taken: readonly Lease[] } | { readonly heldBy: readonly string[] }> {
    const answer = await this.#database.run('takeLeases', { tenant, deployment, keys: keys.map(({ target, application }) => ({ target, application })) });
    return 'taken' in answer ? { taken: answer.taken.map(leaseOf) } : answer;
  }

  async free(tenant: string, deployment: string, stable: { readonly [target: string]: SideReference | null }): Promise<void> {
    const texts = Object.entries(stable).map(([target, side]) => [target, side === null ? null : JSON.stringify(side)] as const);
    await this.#database.run('freeLeases', { tenant, deployment, stable: Object.fromEntries(texts) });
  }

  async heldBy(tenant: string, deployment: string): Promise<readonly Lease[]> {
    return (await this.#database.run('leasesOf', { tenant, deployment })).map(leaseOf);
  }

  async read(tenant: string, target: string, application?: string): Promise<readonly Lease[]> {
    return (await this.#database.run('readLeases', { tenant, target, application: application ?? null })).map(leaseOf);
  }

  async listHeld(tenant: string): Promise<readonly Lease[]> {
    return (await this.#database.run('listHeldLeases', { tenant })).map(leaseOf);
  }

  async enqueue(tenant: string, entry: QueueEntry): Promise<void> {
    await this.#database.run('enqueueForLeases', { ...entry, tenant, targets: JSON.stringify(entry.targets) });
  }

  async dequeue(tenant: string, deployment: string): Promise<void> {
    await this.#database.run('dequeueForLeases', { tenant, deployment });
  }

  async queued(tenant: string): Promise<readonly QueueEntry[]> {
    const rows = await this.#database.run('queuedForLeases', { tenant });
    return rows.map((row) => ({ ...row, targets: targets.parse(JSON.parse(row.targets)) }));
  }
}

function leaseOf(row: LeaseRow): Lease {
  return { ...row, stable: row.stable === null ? null : sideReference.parse(JSON.parse(row.stable)) };
}
