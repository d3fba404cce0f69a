import * as z from 'zod';

import { Failure } from '#contracts/errors';
import type { SealedFor } from '#engine/sealing';
import type { Vault } from '#engine/vault';
import type { SecretCondition, SecretFacts, SecretQuery, Secrets } from '#ports/secrets';

import { counted, counting } from './counters.ts';
import { ABSENT } from './table.ts';
import type { Condition, Place, Table } from './table.ts';

/** Without a condition of the caller's, each try loses only to another who sets the same secret. */
const MAXIMUM_TRIES = 10;

/** What a tenant's secrets are counted under. */
const COUNTED = 'secrets';

const stored = z.object({ sk: z.string(), version: z.int(), createdAt: z.string(), updatedAt: z.string(), sealed: z.instanceof(Uint8Array) });

/** The secrets: only the newest value of each, sealed for its tenant, name and version. */
export class DynamoSecrets implements Secrets {
  readonly #state: Table;
  readonly #vault: () => Promise<Vault>;

  constructor(state: Table, vault: () => Promise<Vault>) {
    this.#state = state;
    this.#vault = vault;
  }

  async set(tenant: string, name: string, value: string, at: string, condition: SecretCondition = {}): Promise<SecretFacts> {
    for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
      const before = await this.#stored(tenant, name);
      requireVersion(name, before, condition);
      const version = before === undefined ? (condition.firstVersion ?? 1) : before.version + 1;
      const sealed = await (await this.#vault()).seal(tenant, new TextEncoder().encode(value), sealedFor(tenant, name, version));
      const facts = { version, createdAt: before?.createdAt ?? at, updatedAt: at };
      const put = { ...placeOf(tenant, name), ...facts, sealed };
      const isSet = before === undefined ? await this.#state.transact([{ put, when: ABSENT }, counting(tenant, COUNTED, 1)]) : await this.#state.put(put, hasVersion(before.version));
      if (isSet) return { name, ...facts };
    }
    throw new Failure('version-conflict', `the secret ${name} was set ${MAXIMUM_TRIES} times at once`);
  }

  async reveal(tenant: string, name: string): Promise<string | undefined> {
    const found = await this.#stored(tenant, name);
    if (found === undefined) return undefined;
    // A Buffer keeps a byte order mark at the begin of a value; TextDecoder would drop it.
    return Buffer.from(await (await this.#vault()).unseal(tenant, found.sealed, sealedFor(tenant, name, found.version))).toString('utf8');
  }

  async facts(tenant: string, name: string): Promise<SecretFacts | undefined> {
    const found = await this.#stored(tenant, name);
    return found === undefined ? undefined : factsOf(found);
  }

  async count(tenant: string): Promise<number> {
    return await counted(this.#state, tenant, COUNTED);
  }

  async list(tenant: string, query: SecretQuery): Promise<readonly SecretFacts[]> {
    return (await this.#state.query(partitionOf(tenant), query)).map((item) => factsOf(stored.parse(item)));
  }

  async remove(tenant: string, name: string, condition: Pick<SecretCondition, 'ifVersion'> = {}): Promise<boolean> {
    for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
      const before = await this.#stored(tenant, name);
      requireVersion(name, before, condition);
      if (before === undefined) return false;
      if (await this.#state.transact([{ remove: placeOf(tenant, name), when: hasVersion(before.version) }, counting(tenant, COUNTED, -1)])) return true;
    }
    throw new Failure('version-conflict', `the secret ${name} was set ${MAXIMUM_TRIES} times at once`);
  }

  async #stored(tenant: string, name: string): Promise<z.infer<typeof stored> | undefined> {
    const found = await this.#state.get(placeOf(tenant, name));
    return found === undefined ? undefined : stored.parse(found);
  }
}

function requireVersion(name: string, present: { readonly version: number } | undefined, { ifVersion }: SecretCondition): void {
  if (ifVersion === undefined || present?.version === ifVersion) return;
  const version = present?.version ?? 0;
  throw new Failure('version-conflict', { detail: `The secret ${name} has version ${version}, not ${ifVersion}.`, context: { version, expectedVersion: ifVersion } });
}

function hasVersion(version: number): Condition {
  return { expression: '#version = :version', names: { '#version': 'version' }, values: { ':version': version } };
}

function factsOf({ sk, version, createdAt, updatedAt }: z.infer<typeof stored>): SecretFacts {
  return { name: sk, version, createdAt, updatedAt };
}

function partitionOf(tenant: string): string {
  return `${tenant}#secret`;
}

function placeOf(tenant: string, name: string): Place {
  return { pk: partitionOf(tenant), sk: name };
}

function sealedFor(tenant: string, name: string, version: number): SealedFor {
  return ['secret', tenant, name, version];
}
