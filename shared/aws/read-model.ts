import * as z from 'zod';

import { Failure } from '#contracts/errors';
import { countedEntries, countedName, indexEntries, requireIndex } from '#engine/index-entries';
import { REMOVED_KEPT_DAYS, readModels } from '#ports/read-model';
import type { ReadModelDocument, ReadModelName, ReadModelQuery, ReadModels } from '#ports/read-model';

import { counted, counting } from './counters.ts';
import { ABSENT } from './table.ts';
import type { Condition, Item, Place, Range, Table, Write } from './table.ts';

/** The table removes a mark up to a few days after its end. Source: DynamoDB's page on time to live. */
const MARK_SECONDS = REMOVED_KEPT_DAYS * 86_400;

/** Entries of an index that were read for a page may belong to documents that have changed since; so a page is filled in rounds of at least this many. */
const LEAST_ROUND = 25;

/** Each try loses only to another writer of the same document; the sweep and the projector are two. */
const MAXIMUM_TRIES = 10;

const stored = z.object({ sk: z.string(), version: z.number(), index: z.string(), document: z.string().optional() });
const entry = z.object({ sk: z.string() });
const foundBy = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/**
 * The read models: one item per document, and one per value that it is found by, which names the document only. Entries are written before
 * the document and removed after it, so that none is missing; one that is left over is told by the document and passed by. An entry has the
 * version of the document that brought it, so that the clean-up of an older one leaves it.
 */
export class DynamoReadModels implements ReadModels {
  readonly #state: Table;
  readonly #now: () => number;

  /** `now` gives milliseconds since 1970, for the end of marks. */
  constructor(state: Table, now: () => number) {
    this.#state = state;
    this.#now = now;
  }

  async put(tenant: string, model: ReadModelName, document: ReadModelDocument): Promise<boolean> {
    return await this.#put(tenant, model, { ...document, over: document.version - 1 });
  }

  async replace(tenant: string, model: ReadModelName, document: ReadModelDocument): Promise<boolean> {
    return await this.#put(tenant, model, { ...document, over: document.version });
  }

  /** Writes over a document or mark of the version `over` and older ones. */
  async #put(tenant: string, model: ReadModelName, { key, version, index, document, over }: ReadModelDocument & { readonly over: number }): Promise<boolean> {
    const entries = indexEntries(model, index);
    const place = documentPlace(tenant, model, key);
    const item = { ...place, version, index: JSON.stringify(index), document: JSON.stringify(document) };
    for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
      const before = await this.#stored(tenant, model, key);
      if (before !== undefined && before.version > over) {
        if (tries > 0) await this.#removeEntries(entries.filter(([name, value]) => !isFoundBy(before.index, { index: name, value })), { tenant, model, key, version });
        return false;
      }
      const fresh = entries.filter(([name, value]) => before === undefined || !isFoundBy(before.index, { index: name, value }));
      await Promise.all(fresh.map(([name, value]) => this.#state.put({ pk: indexPartition(tenant, model, name, value), sk: key, version }, isOlderThan(version))));
      if (!(await this.#write({ put: item, when: isUnchanged(before) }, countings({ tenant, model }, before?.index, index)))) continue;
      const stale = before === undefined ? [] : indexEntries(model, before.index).filter(([name, value]) => !isFoundBy(index, { index: name, value }));
      await this.#removeEntries(stale, { tenant, model, key, version });
      return true;
    }
    throw new Failure('version-conflict', `the document ${key} was changed ${MAXIMUM_TRIES} times`);
  }

  async get(tenant: string, model: ReadModelName, key: string): Promise<ReadModelDocument | undefined> {
    const found = await this.#stored(tenant, model, key);
    return found?.document === undefined ? undefined : { ...found, document: found.document.value };
  }

  async remove(tenant: string, model: ReadModelName, key: string, version: number): Promise<void> {
    const expiresAt = Math.floor(this.#now() / 1000) + MARK_SECONDS;
    for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
      const before = await this.#stored(tenant, model, key);
      if (before !== undefined && before.version > version) return;
      const mark = { ...documentPlace(tenant, model, key), version, index: '{}', expiresAt };
      if (!(await this.#write({ put: mark, when: isUnchanged(before) }, countings({ tenant, model }, before?.index, {})))) continue;
      if (before !== undefined) await this.#removeEntries(indexEntries(model, before.index), { tenant, model, key, version });
      return;
    }
    throw new Failure('version-conflict', `the document ${key} was changed ${MAXIMUM_TRIES} times`);
  }

  async erase(tenant: string, model: ReadModelName, key: string): Promise<void> {
    for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
      const before = await this.#stored(tenant, model, key);
      if (before === undefined) return;
      const { index, version } = before;
      if (!(await this.#write({ remove: documentPlace(tenant, model, key), when: isUnchanged(before) }, countings({ tenant, model }, index, {})))) continue;
      await this.#removeEntries(indexEntries(model, index), { tenant, model, key, version });
      return;
    }
    throw new Failure('version-conflict', `the document ${key} was changed ${MAXIMUM_TRIES} times`);
  }

  async count(tenant: string, model: ReadModelName, filter: { readonly index: string; readonly value: string }): Promise<number> {
    return await counted(this.#state, tenant, countedName(model, filter));
  }

  async list(tenant: string, model: ReadModelName, query: ReadModelQuery): Promise<readonly ReadModelDocument[]> {
    const { filter } = query;
    if (filter !== undefined) requireIndex(model, filter.index);
    const found: ReadModelDocument[] = [];
    let after = query.after;
    while (found.length < query.limit) {
      const limit = Math.max(query.limit - found.length, LEAST_ROUND);
      const range: Range = { backwards: readModels[model].newestFirst, limit, ...(after === undefined ? {} : { after }), ...(query.prefix === undefined ? {} : { prefix: query.prefix }) };
      const pk = filter === undefined ? documentPartition(tenant, model) : indexPartition(tenant, model, filter.index, filter.value);
      const items = await this.#state.query(pk, range);
      const documents = filter === undefined ? items : await this.#state.getMany(items.map((item) => documentPlace(tenant, model, entry.parse(item).sk)));
      found.push(...documents.map(parseStored).flatMap(({ document, ...rest }) => (document !== undefined && (filter === undefined || isFoundBy(rest.index, filter)) ? [{ ...rest, document: document.value }] : [])));
      if (items.length < limit) break;
      after = entry.parse(items.at(-1)).sk;
    }
    return found.slice(0, query.limit);
  }

  /** Writes a document together with what it changes in the counts; most writes change nothing there, and need no transaction. */
  async #write(write: { readonly put: Item; readonly when: Condition } | { readonly remove: Place; readonly when: Condition }, counts: readonly Write[]): Promise<boolean> {
    if (counts.length === 0 && 'put' in write) return await this.#state.put(write.put, write.when);
    return await this.#state.transact([write, ...counts]);
  }

  async #stored(tenant: string, model: ReadModelName, key: string): Promise<Stored | undefined> {
    const found = await this.#state.get(documentPlace(tenant, model, key));
    return found === undefined ? undefined : parseStored(found);
  }

  /** Removes entries, but those that a newer document's writer has made or taken over. */
  async #removeEntries(entries: readonly (readonly [name: string, value: string])[], of: { readonly tenant: string; readonly model: ReadModelName; readonly key: string; readonly version: number }): Promise<void> {
    const when: Condition = { expression: '#version <= :version', names: { '#version': 'version' }, values: { ':version': of.version } };
    await Promise.all(entries.map(([name, value]) => this.#state.remove({ pk: indexPartition(of.tenant, of.model, name, value), sk: of.key }, when)));
  }
}

/** The mark of a removed document has none. */
type Stored = Omit<ReadModelDocument, 'document'> & { readonly document: { readonly value: unknown } | undefined };

function parseStored(item: unknown): Stored {
  const { sk, version, index, document } = stored.parse(item);
  return { key: sk, version, index: foundBy.parse(JSON.parse(index)), document: document === undefined ? undefined : { value: JSON.parse(document) } };
}

/** What a change of a document's index values changes in the counts; the mark of a removed one has none. */
function countings({ tenant, model }: { readonly tenant: string; readonly model: ReadModelName }, before: ReadModelDocument['index'] | undefined, after: ReadModelDocument['index']): readonly Write[] {
  const [old, fresh] = [countedEntries(model, before ?? {}), countedEntries(model, after)];
  const without = (some: readonly string[], others: readonly string[]) => some.filter((what) => !others.includes(what));
  return [...without(fresh, old).map((what) => counting(tenant, what, 1)), ...without(old, fresh).map((what) => counting(tenant, what, -1))];
}

function isFoundBy(index: ReadModelDocument['index'], filter: { readonly index: string; readonly value: string }): boolean {
  return [index[filter.index] ?? []].flat().includes(filter.value);
}

function isUnchanged(before: Stored | undefined): Condition {
  return before === undefined ? ABSENT : { expression: '#version = :version', names: { '#version': 'version' }, values: { ':version': before.version } };
}

function isOlderThan(version: number): Condition {
  return { expression: 'attribute_not_exists(pk) OR #version < :version', names: { '#version': 'version' }, values: { ':version': version } };
}

function documentPartition(tenant: string, model: ReadModelName): string {
  return `${tenant}#model#${model}`;
}

function documentPlace(tenant: string, model: ReadModelName, key: string): Place {
  return { pk: documentPartition(tenant, model), sk: key };
}

function indexPartition(tenant: string, model: ReadModelName, name: string, value: string): string {
  return `${tenant}#index#${model}#${name}#${value}`;
}
