import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { DynamoReadModels } from '#aws/read-model';
import { Table } from '#aws/table';

import { freshTenant } from '../contracts/subject.ts';
import { freshTables } from './tables.ts';
import type { FreshTables } from './tables.ts';

let made: FreshTables;
beforeAll(async () => { made = await freshTables(); });
afterAll(() => made.close());

const VALUES = ['Application', 'Environment', 'Target', 'AnalysisTemplate'];
const KEYS = ['a', 'b', 'c'];

/** Numbers from 0 to 1 that a seed determines (mulberry32 by Tommy Ettinger, public domain). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Read models of a writer whose process may end before any of its calls, and whose calls take differently long. */
function unreliable(seed: number): DynamoReadModels {
  const random = chance(seed);
  const client = Object.create(made.client, {
    send: {
      value: async (...call: Parameters<DynamoDBClient['send']>) => {
        if (random() < 0.03) throw new Error('the process has ended');
        for (let turns = Math.floor(random() * 12); turns > 0; turns -= 1) await new Promise<void>((resolve) => { setImmediate(resolve); });
        return await made.client.send(...call);
      },
    },
  });
  return new DynamoReadModels(new Table(client, made.stateName), () => Date.now());
}

describe('the read models', () => {
  it.each(Array.from({ length: 12 }, (_, index) => 7 * index + 1))('list and count by each index what the documents say, after writers that were disturbed and ended at any place (seed %i)', async (seed) => {
    const tenant = freshTenant();
    const random = chance(seed);
    const pick = (values: readonly string[]) => values[Math.floor(random() * values.length)] ?? '';
    const writes = Array.from({ length: 60 }, (_, index) => ({ key: pick(KEYS), version: 1 + Math.floor(random() * 30), kind: pick(VALUES), isRemoval: random() < 0.15, writer: unreliable(seed * 1000 + index) }));
    // A version of a document is the same whoever writes it.
    const kinds = new Map(writes.map(({ key, version, kind }) => [`${key} ${version}`, kind]));
    const removals = new Set(writes.filter(({ isRemoval }) => isRemoval).map(({ key, version }) => `${key} ${version}`));
    await Promise.all(writes.map(async ({ key, version, writer }) => {
      const name = `${key} ${version}`;
      const work = removals.has(name) ? writer.remove(tenant, 'resources', key, version) : writer.put(tenant, 'resources', { key, version, index: { kind: kinds.get(name) ?? '' }, document: name });
      await work.catch((error: unknown) => { if (!(error instanceof Error && error.message === 'the process has ended')) throw error; });
    }));
    const models = new DynamoReadModels(made.state, () => Date.now());
    const documents = await Promise.all(KEYS.map(async (key) => await models.get(tenant, 'resources', key)));
    const present = documents.flatMap((document) => document ?? []);
    for (const value of VALUES) {
      const listed = (await models.list(tenant, 'resources', { filter: { index: 'kind', value }, limit: 10 })).map(({ key, version }) => `${key} ${version}`);
      expect(listed.toSorted()).toEqual(present.filter(({ index }) => index['kind'] === value).map(({ key, version }) => `${key} ${version}`).toSorted());
      expect(await models.count(tenant, 'resources', { index: 'kind', value })).toBe(listed.length);
    }
    expect((await models.list(tenant, 'resources', { limit: 10 })).length).toBe(present.length);
  });
});
