import * as z from 'zod';

import { Failure } from '#contracts/errors';
import { sideReference } from '#domain/deployment/plan';
import type { SideReference } from '#domain/deployment/plan';
import { GENERATIONS_PER_TAKE } from '#ports/lease';
import type { Lease, LeaseKey, Leases, QueueEntry } from '#ports/lease';

import { MAXIMUM_TRANSACTION, chunks } from './table.ts';
import type { Place, Table, Write } from './table.ts';

/** One write of the transaction is the list of what the deployment holds. */
const LEASES_PER_TRANSACTION = MAXIMUM_TRANSACTION - 1;

/** A try without an answer means that somebody else took a lease and gave it back in between. */
const MAXIMUM_TRIES = 10;

/** Writes that are under way at once: far below what a table takes. */
const CONCURRENT_WRITES = 25;

const lease = z.object({
  target: z.string(), application: z.string(), holder: z.string().optional(), generation: z.int(), stable: sideReference.nullable().default(null), stableBy: z.string().nullable().default(null),
});
const holding = z.object({ leases: z.instanceof(Set<string>).optional() });
const waiting = z.object({ deployment: z.string(), application: z.string(), environment: z.string(), targets: z.array(z.string()), priority: z.number(), at: z.string() });

/**
 * The leases: one item each, and one per deployment with the names of what it holds, so that all reads are strongly consistent. Up to 99 are
 * taken in one transaction. More are taken in several, in the order of their names, so that of all that want the same lease one goes on; when one
 * of these transactions fails, those before are given back, so that others may have seen them held for a moment, and generations have grown.
 */
export class DynamoLeases implements Leases {
  readonly #state: Table;

  constructor(state: Table) {
    this.#state = state;
  }

  async take(tenant: string, deployment: string, keys: readonly LeaseKey[]): Promise<{ readonly taken: readonly Lease[] } | { readonly heldBy: readonly string[] }> {
    for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
      const before = await this.#readAll(tenant, keys);
      const others = before.flatMap(({ holder }) => (holder === null || holder === deployment ? [] : [holder]));
      if (others.length > 0) return { heldBy: [...new Set(others)] };
      const own = new Set(before.filter(({ holder }) => holder === deployment).map(nameOf));
      const free = keys.filter((key) => !own.has(nameOf(key)));
      if (await this.#takeFree(tenant, deployment, free)) {
        const taken = await this.#readAll(tenant, keys);
        return { taken: taken.map((one) => ({ ...one, generation: one.generation - 1 })) };
      }
    }
    throw new Failure('version-conflict', `others took and gave back the leases ${MAXIMUM_TRIES} times`);
  }

  async free(tenant: string, deployment: string, stable: { readonly [target: string]: SideReference | null }): Promise<void> {
    const place = holdingPlace(tenant, deployment);
    // What is taken for it meanwhile is in the list when its transaction is through: only an empty list is removed.
    for (let round = 0; round < MAXIMUM_TRIES; round += 1) {
      const found = await this.#state.get(place);
      if (found === undefined) return;
      const held = namesIn(found);
      if (held.length === 0 && (await this.#state.remove(place, { expression: 'attribute_not_exists(leases)' })) !== undefined) return;
      for (const chunk of chunks(held, CONCURRENT_WRITES)) await this.#release(tenant, deployment, chunk, stable);
    }
    throw new Failure('version-conflict', `leases were taken for ${deployment} while they were freed`);
  }

  async heldBy(tenant: string, deployment: string): Promise<readonly Lease[]> {
    return (await this.#readAll(tenant, await this.#namesOf(tenant, deployment))).filter(({ holder }) => holder === deployment);
  }

  async read(tenant: string, target: string, application?: string): Promise<readonly Lease[]> {
    if (application !== undefined) return await this.#readAll(tenant, [{ target, application }]);
    return (await this.#state.query(leasePartition(tenant), { prefix: `${target}#` })).map(leaseOf);
  }

  async listHeld(tenant: string): Promise<readonly Lease[]> {
    // A list may name for a moment what is free, or another's, already.
    const names = new Set((await this.#state.query(holdingPartition(tenant))).flatMap((one) => [...(holding.parse(one).leases ?? [])]));
    return (await this.#readAll(tenant, [...names].map(keyOf))).filter(({ holder }) => holder !== null);
  }

  async enqueue(tenant: string, entry: QueueEntry): Promise<void> {
    await this.#state.put({ ...queuePlace(tenant, entry.deployment), ...entry });
  }

  async dequeue(tenant: string, deployment: string): Promise<void> {
    await this.#state.remove(queuePlace(tenant, deployment));
  }

  async queued(tenant: string): Promise<readonly QueueEntry[]> {
    return (await this.#state.query(queuePartition(tenant))).map((one) => waiting.parse(one));
  }

  /** Takes all or none; false when one is not free any more. */
  async #takeFree(tenant: string, deployment: string, keys: readonly LeaseKey[]): Promise<boolean> {
    const inOrder = keys.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
    const done: LeaseKey[] = [];
    for (const chunk of chunks(inOrder, LEASES_PER_TRANSACTION)) {
      if (!(await this.#state.transact(takingOf(tenant, deployment, chunk)))) {
        for (const given of chunks(done, CONCURRENT_WRITES)) await this.#release(tenant, deployment, given, {});
        return false;
      }
      done.push(...chunk);
    }
    return true;
  }

  /** Frees leases, and takes them out of the list after that: one that is missing in the list would be held for ever. What is another's already stays as it is. */
  async #release(tenant: string, deployment: string, keys: readonly LeaseKey[], stable: { readonly [target: string]: SideReference | null }): Promise<void> {
    await Promise.all(keys.map(async (key) => {
      const serves = stable[key.target];
      const remembers = serves === undefined ? '' : ' SET stable = :stable, stableBy = :by';
      await this.#state.update(leasePlace(tenant, key), {
        expression: `REMOVE holder${remembers}`, when: 'holder = :deployment',
        values: { ':deployment': deployment, ...(serves === undefined ? {} : { ':stable': serves, ':by': serves === null ? null : deployment }) },
      });
    }));
    await this.#state.update(holdingPlace(tenant, deployment), { expression: 'DELETE leases :names', when: 'attribute_exists(pk)', values: { ':names': new Set(keys.map(nameOf)) } });
  }

  async #namesOf(tenant: string, deployment: string): Promise<readonly LeaseKey[]> {
    return namesIn(await this.#state.get(holdingPlace(tenant, deployment)));
  }

  async #readAll(tenant: string, keys: readonly LeaseKey[]): Promise<readonly Lease[]> {
    return (await this.#state.getMany(keys.map((key) => leasePlace(tenant, key)))).map(leaseOf);
  }
}

function takingOf(tenant: string, deployment: string, keys: readonly LeaseKey[]): readonly Write[] {
  return [
    ...keys.map((key): Write => ({
      update: leasePlace(tenant, key),
      change: {
        expression: 'SET holder = :deployment, target = :target, application = :application, generation = if_not_exists(generation, :none) + :more',
        when: 'attribute_not_exists(holder)',
        values: { ':deployment': deployment, ':target': key.target, ':application': key.application, ':none': 0, ':more': GENERATIONS_PER_TAKE },
      },
    })),
    { update: holdingPlace(tenant, deployment), change: { expression: 'ADD leases :names', values: { ':names': new Set(keys.map(nameOf)) } } },
  ];
}

function namesIn(item: unknown): readonly LeaseKey[] {
  const names = item === undefined ? undefined : holding.parse(item).leases;
  return [...(names ?? [])].sort().map(keyOf);
}

function leaseOf(item: unknown): Lease {
  const { holder = null, ...rest } = lease.parse(item);
  return { ...rest, holder };
}

/** No name has a `#`. */
function nameOf({ target, application }: LeaseKey): string {
  return `${target}#${application}`;
}

function keyOf(name: string): LeaseKey {
  const [target = '', application = ''] = name.split('#');
  return { target, application };
}

function leasePartition(tenant: string): string {
  return `${tenant}#lease`;
}

function leasePlace(tenant: string, key: LeaseKey): Place {
  return { pk: leasePartition(tenant), sk: nameOf(key) };
}

function holdingPartition(tenant: string): string {
  return `${tenant}#holding`;
}

function holdingPlace(tenant: string, deployment: string): Place {
  return { pk: holdingPartition(tenant), sk: deployment };
}

function queuePartition(tenant: string): string {
  return `${tenant}#queue`;
}

function queuePlace(tenant: string, deployment: string): Place {
  return { pk: queuePartition(tenant), sk: deployment };
}
