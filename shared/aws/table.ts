import { BatchGetItemCommand, BatchWriteItemCommand, ConditionalCheckFailedException, DeleteItemCommand, GetItemCommand, PutItemCommand, QueryCommand, TransactWriteItemsCommand, TransactionCanceledException, TransactionConflictException, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, BatchGetItemCommandOutput, BatchWriteItemCommandOutput, DynamoDBClient, QueryCommandOutput, TransactWriteItem, WriteRequest } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

import { Failure } from '#contracts/errors';

/** The place of an item: its partition, and its place in the partition's order. */
export type Place = { readonly pk: string; readonly sk: string };

/** An item as it is written: JSON values, sets of text and bytes. */
export type Item = Place & { readonly [attribute: string]: unknown };

/** What an item must be for a write to happen, in DynamoDB's expressions; names stand as `#name`, values as `:name`. */
export type Condition = { readonly expression: string; readonly names?: { readonly [placeholder: string]: string }; readonly values?: { readonly [placeholder: string]: unknown } };

/** A change of one item. */
export type Change = Condition & { readonly when?: string };

/** One write of a transaction. */
export type Write =
  | { readonly put: Item; readonly when?: Condition }
  | { readonly update: Place; readonly change: Change }
  | { readonly remove: Place; readonly when?: Condition };

/** A part of a partition. `after` and `from` are places in its order: `after` is excluded, `from` is included. */
export type Range = { readonly prefix?: string; readonly from?: string; readonly after?: string; readonly before?: string; readonly limit?: number; readonly backwards?: boolean };

/** The most items of one transaction, one batch of reads and one batch of writes. Source: DynamoDB's quotas. */
export const MAXIMUM_TRANSACTION = 100;
const MAXIMUM_BATCH_GET = 100;
const MAXIMUM_BATCH_WRITE = 25;

/**
 * Writes that met a transaction, or were held back, are tried again after 20, 40, 80, 160, 320, 640, 1280 ms, each with full jitter: at most 2.5 s
 * in all. The SDK tries none of these again by itself.
 */
const CONFLICT_ATTEMPTS = 8;
const FIRST_CONFLICT_MILLISECONDS = 20;

/** Why a transaction was cancelled though none of its conditions failed; it may be tried again. Source: DynamoDB's page on TransactWriteItems. */
const PASSING_REASONS: readonly (string | undefined)[] = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

/**
 * What a batch left undone is asked for again after 50, 100, 200 … ms: at most 3.2 s in all. One answer has at most 16 MB, so 100 items of 400 kB
 * need three of these seven rounds.
 */
const BATCH_ATTEMPTS = 7;
const FIRST_BATCH_MILLISECONDS = 50;

const MARSHALLING = { removeUndefinedValues: true };

/** No value is before this one in a partition's order, and none after the other. */
const FIRST = '\u0000';
const LAST = '\uffff';

/** A table with text keys `pk` and `sk`. All reads are strongly consistent. */
export class Table {
  readonly #client: DynamoDBClient;
  readonly #name: string;

  constructor(client: DynamoDBClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async get(place: Place): Promise<unknown> {
    const { Item } = await this.#client.send(new GetItemCommand({ TableName: this.#name, Key: keyOf(place), ConsistentRead: true }));
    return Item === undefined ? undefined : unmarshall(Item);
  }

  /** The items that are there, in the order of the places. */
  async getMany(places: readonly Place[]): Promise<readonly unknown[]> {
    const found = new Map<string, unknown>();
    for (const chunk of chunks(places, MAXIMUM_BATCH_GET)) {
      let keys: Record<string, AttributeValue>[] | undefined = distinct(chunk).map(keyOf);
      for (let attempt = 0; keys !== undefined && keys.length > 0; attempt += 1) {
        await this.#pauseBeforeBatch(attempt);
        const answer: BatchGetItemCommandOutput = await this.#client.send(new BatchGetItemCommand({ RequestItems: { [this.#name]: { Keys: keys, ConsistentRead: true } } }));
        for (const item of answer.Responses?.[this.#name] ?? []) found.set(nameOf({ pk: item['pk']?.S ?? '', sk: item['sk']?.S ?? '' }), unmarshall(item));
        keys = answer.UnprocessedKeys?.[this.#name]?.Keys;
      }
    }
    return places.flatMap((place) => (found.has(nameOf(place)) ? [found.get(nameOf(place))] : []));
  }

  /** Writes an item as a whole; answers whether the condition held. */
  async put(item: Item, when?: Condition): Promise<boolean> {
    return await held(async () => await this.#client.send(new PutItemCommand({ TableName: this.#name, Item: marshall(item, MARSHALLING), ...conditionOf(when) })));
  }

  /** Changes one item, or makes it; answers whether the condition held. */
  async update(place: Place, change: Change): Promise<boolean> {
    return await held(async () => await this.#client.send(new UpdateItemCommand({ TableName: this.#name, Key: keyOf(place), ...changeOf(change) })));
  }

  /** Removes an item and answers it; `undefined` when it was not there or the condition did not hold. */
  async remove(place: Place, when?: Condition): Promise<unknown> {
    let removed: Record<string, AttributeValue> | undefined;
    await held(async () => {
      const { Attributes } = await this.#client.send(new DeleteItemCommand({ TableName: this.#name, Key: keyOf(place), ReturnValues: 'ALL_OLD', ...conditionOf(when) }));
      removed = Attributes;
    });
    return removed === undefined ? undefined : unmarshall(removed);
  }

  /** The items of a part of a partition, in its order. */
  async query(pk: string, range: Range = {}): Promise<readonly unknown[]> {
    const items: unknown[] = [];
    for await (const item of this.each(pk, range)) items.push(item);
    return items;
  }

  /** The same, page by page as it is asked for. */
  async *each(pk: string, range: Range = {}): AsyncGenerator<unknown> {
    const { limit = Number.POSITIVE_INFINITY, backwards = false } = range;
    const [low, high] = boundsOf(range);
    // DynamoDB refuses bounds of which the lower is the higher one.
    if (low > high) return;
    let start: Record<string, AttributeValue> | undefined;
    let left = limit;
    while (left > 0) {
      const answer: QueryCommandOutput = await this.#client.send(new QueryCommand({
        TableName: this.#name, ConsistentRead: true, ScanIndexForward: !backwards, KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
        ExpressionAttributeValues: { ':pk': { S: pk }, ':low': { S: low }, ':high': { S: high } },
        ...(Number.isFinite(left) ? { Limit: left } : {}), ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }));
      for (const item of answer.Items ?? []) {
        yield unmarshall(item);
        left -= 1;
      }
      start = answer.LastEvaluatedKey;
      if (start === undefined) return;
    }
  }

  /**
   * How many items a part of a partition has, without those whose time (`expiresAt`) was over at `liveAt`, in seconds since 1970. Counting ends at the
   * page, of at most 1 MB, in which it comes to `atMost`. It costs as much as reading them, and sends none.
   */
  async count(pk: string, { liveAt, atMost = Number.POSITIVE_INFINITY, ...range }: Pick<Range, 'prefix'> & { readonly liveAt: number; readonly atMost?: number }): Promise<number> {
    const [low, high] = boundsOf(range);
    let start: Record<string, AttributeValue> | undefined;
    let count = 0;
    do {
      const answer: QueryCommandOutput = await this.#client.send(new QueryCommand({
        TableName: this.#name, ConsistentRead: true, Select: 'COUNT', KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
        FilterExpression: 'attribute_not_exists(expiresAt) OR expiresAt > :liveAt',
        ExpressionAttributeValues: { ':pk': { S: pk }, ':low': { S: low }, ':high': { S: high }, ':liveAt': { N: String(liveAt) } },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }));
      count += answer.Count ?? 0;
      start = answer.LastEvaluatedKey;
    } while (start !== undefined && count < atMost);
    return count;
  }

  /** Writes items in batches, each alone: what has failed half-way may be written again. No two may have one place. */
  async putMany(items: readonly Item[]): Promise<void> {
    await this.#writeMany(items.map((item) => ({ PutRequest: { Item: marshall(item, MARSHALLING) } })));
  }

  async removeMany(places: readonly Place[]): Promise<void> {
    await this.#writeMany(distinct(places).map((place) => ({ DeleteRequest: { Key: keyOf(place) } })));
  }

  /**
   * Does all writes or none. Answers whether it did, false when a condition did not hold.
   * @throws Failure `unavailable` when it was held back each time that it was tried, by other transactions on the same items or by the table
   */
  async transact(writes: readonly Write[]): Promise<boolean> {
    const TransactItems = writes.map((write) => this.#transacted(write));
    return await again(async () => {
      try {
        await this.#client.send(new TransactWriteItemsCommand({ TransactItems }));
        return true;
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const codes = error.CancellationReasons?.map(({ Code }) => Code) ?? [];
        if (codes.includes('ConditionalCheckFailed')) return false;
        if (!codes.some((code) => PASSING_REASONS.includes(code))) throw error;
        return undefined;
      }
    });
  }

  #transacted(write: Write): TransactWriteItem {
    const TableName = this.#name;
    if ('put' in write) return { Put: { TableName, Item: marshall(write.put, MARSHALLING), ...conditionOf(write.when) } };
    if ('update' in write) return { Update: { TableName, Key: keyOf(write.update), ...changeOf(write.change) } };
    return { Delete: { TableName, Key: keyOf(write.remove), ...conditionOf(write.when) } };
  }

  async #writeMany(requests: readonly WriteRequest[]): Promise<void> {
    for (const chunk of chunks(requests, MAXIMUM_BATCH_WRITE)) {
      let left: WriteRequest[] | undefined = [...chunk];
      for (let attempt = 0; left !== undefined && left.length > 0; attempt += 1) {
        await this.#pauseBeforeBatch(attempt);
        const answer: BatchWriteItemCommandOutput = await this.#client.send(new BatchWriteItemCommand({ RequestItems: { [this.#name]: left } }));
        left = answer.UnprocessedItems?.[this.#name];
      }
    }
  }

  async #pauseBeforeBatch(attempt: number): Promise<void> {
    if (attempt >= BATCH_ATTEMPTS) throw new Failure('unavailable', `the table answered only a part ${BATCH_ATTEMPTS} times`);
    if (attempt > 0) await pause(Math.random() * FIRST_BATCH_MILLISECONDS * 2 ** (attempt - 1));
  }
}

/** That no item is at the place yet. */
export const ABSENT: Condition = { expression: 'attribute_not_exists(pk)' };

/** A number as text whose order is that of the numbers: 12 digits, enough for 31,000 years of seconds. */
export function ordered(value: number): string {
  return String(value).padStart(12, '0');
}

function keyOf({ pk, sk }: Place): Record<string, AttributeValue> {
  return { pk: { S: pk }, sk: { S: sk } };
}

function nameOf({ pk, sk }: Place): string {
  return `${pk}\n${sk}`;
}

function distinct(places: readonly Place[]): readonly Place[] {
  return [...new Map(places.map((place) => [nameOf(place), place])).values()];
}

/** The bounds of a range, both included: what lies right after or before a place is that place with the smallest text after it. */
function boundsOf({ prefix = '', from, after, before, backwards = false }: Range): readonly [string, string] {
  const lows = [FIRST, prefix, ...(from === undefined ? [] : [from]), ...(after === undefined || backwards ? [] : [`${after}${FIRST}`])];
  const highs = [`${prefix}${LAST}`, ...(before === undefined ? [] : [justBefore(before)]), ...(after === undefined || !backwards ? [] : [justBefore(after)])];
  return [lows.toSorted().at(-1) ?? FIRST, highs.toSorted()[0] ?? LAST];
}

/** Nothing of ours lies between this and the text itself: keys have no character above U+FFFE. */
function justBefore(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return `${text.slice(0, -1)}${String.fromCharCode(last - 1)}${LAST}`;
}

function conditionOf(when: Condition | undefined) {
  if (when === undefined) return {};
  return { ConditionExpression: when.expression, ...placeholdersOf(when) };
}

function changeOf(change: Change) {
  return { UpdateExpression: change.expression, ...(change.when === undefined ? {} : { ConditionExpression: change.when }), ...placeholdersOf(change) };
}

function placeholdersOf({ names, values }: Condition) {
  return { ...(names === undefined ? {} : { ExpressionAttributeNames: names }), ...(values === undefined ? {} : { ExpressionAttributeValues: marshall(values, MARSHALLING) }) };
}

/** Does a single write and answers whether its condition held; one that met a transaction on the same item is done again. */
async function held(write: () => Promise<unknown>): Promise<boolean> {
  return await again(async () => {
    try {
      await write();
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      if (error instanceof TransactionConflictException) return undefined;
      throw error;
    }
  });
}

/** Tries until there is an answer. @throws Failure `unavailable` when there is none in all tries. */
async function again(attempt: () => Promise<boolean | undefined>): Promise<boolean> {
  for (let tries = 0; tries < CONFLICT_ATTEMPTS; tries += 1) {
    if (tries > 0) await pause(Math.random() * FIRST_CONFLICT_MILLISECONDS * 2 ** (tries - 1));
    const answer = await attempt();
    if (answer !== undefined) return answer;
  }
  throw new Failure('unavailable', { detail: `A write was held back ${CONFLICT_ATTEMPTS} times by others of the same items.`, retryAfterSeconds: 1 });
}

export function chunks<Value>(values: readonly Value[], size: number): readonly (readonly Value[])[] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size));
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}
