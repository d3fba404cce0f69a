import { BatchWriteItemCommand, DynamoDBClient, ResourceNotFoundException, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, ScanCommandOutput, WriteRequest } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';

import { Failure } from '#contracts/errors';

/** The most items of one batch of writes. Source: DynamoDB's quotas. */
const BATCH = 25;

/** What a batch left undone is written again after 50, 100, 200 … ms: at most 25 s in all, while an on-demand table grows. */
const ATTEMPTS = 10;
const FIRST_PAUSE_MILLISECONDS = 50;

type Json = { readonly [name: string]: unknown };

const bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

/** An attribute as AWS writes it in JSON: bytes as base64. */
const attribute: z.ZodType<AttributeValue> = z.lazy(() => z.union([
  z.strictObject({ S: z.string() }), z.strictObject({ N: z.string() }), z.strictObject({ BOOL: z.boolean() }), z.strictObject({ NULL: z.literal(true) }), z.strictObject({ B: bytes }),
  z.strictObject({ SS: z.array(z.string()) }), z.strictObject({ NS: z.array(z.string()) }), z.strictObject({ L: z.array(attribute) }), z.strictObject({ M: z.record(z.string(), attribute) }),
]));

const storedItem = z.record(z.string(), attribute);

/** A whole table, item by item, as it is in the moment in which each part is read. */
export class TableCopy {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** All items as JSON. @throws Failure `not-found` when there is no such table */
  async *read(): AsyncGenerator<Json> {
    for await (const item of scanned(this.#client, this.#table)) yield mapOf(item);
  }

  /** Whether nothing is in it. @throws Failure `not-found` */
  async isEmpty(): Promise<boolean> {
    return ((await found(this.#table, this.#client.send(new ScanCommand({ TableName: this.#table, ConsistentRead: true, Limit: 1 })))).Items ?? []).length === 0;
  }

  /** Writes items as they were read. @throws Failure `rule-broken` for what is no item */
  async write(items: readonly unknown[]): Promise<void> {
    await this.#batches(items.map((item): WriteRequest => {
      const stored = storedItem.safeParse(item);
      if (!stored.success) throw new Failure('rule-broken', `A line of the file holds no item of a table: ${stored.error.issues[0]?.message ?? ''}`);
      return { PutRequest: { Item: stored.data } };
    }));
  }

  /** Removes every item; answers how many there were. */
  async clear(): Promise<number> {
    const keys: WriteRequest[] = [];
    for await (const item of this.read()) {
      const { pk, sk } = storedItem.parse(item);
      if (pk !== undefined && sk !== undefined) keys.push({ DeleteRequest: { Key: { pk, sk } } });
    }
    await this.#batches(keys);
    return keys.length;
  }

  async #batches(requests: readonly WriteRequest[]): Promise<void> {
    for (let from = 0; from < requests.length; from += BATCH) {
      let left: WriteRequest[] = requests.slice(from, from + BATCH);
      for (let attempt = 0; left.length > 0; attempt += 1) {
        if (attempt >= ATTEMPTS) throw new Failure('unavailable', `The table ${this.#table} took only a part of what was written, ${ATTEMPTS} times.`);
        if (attempt > 0) await new Promise((resolve) => { setTimeout(resolve, FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1)); });
        const { UnprocessedItems } = await this.#client.send(new BatchWriteItemCommand({ RequestItems: { [this.#table]: left } }));
        left = UnprocessedItems?.[this.#table] ?? [];
      }
    }
  }
}

/** All items of a table, strongly consistent, each part as it is in the moment in which it is read. @throws Failure `not-found` when there is no such table */
export async function* scanned(client: DynamoDBClient, table: string): AsyncGenerator<Record<string, AttributeValue>> {
  let start: Record<string, AttributeValue> | undefined;
  do {
    const answer: ScanCommandOutput = await found(table, client.send(new ScanCommand({ TableName: table, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })));
    yield* answer.Items ?? [];
    start = answer.LastEvaluatedKey;
  } while (start !== undefined);
}

/** Copies of both tables, with a client of their own. */
export function openTableCopies({ eventsTable, stateTable }: { readonly eventsTable: string; readonly stateTable: string }): { readonly events: TableCopy; readonly state: TableCopy; close(): void } {
  const client = new DynamoDBClient({ maxAttempts: 10, requestHandler: { connectionTimeout: 1000, requestTimeout: 10_000, throwOnRequestTimeout: true } });
  return { events: new TableCopy(client, eventsTable), state: new TableCopy(client, stateTable), close: () => client.destroy() };
}

function jsonOf(value: AttributeValue): Json {
  if (value.B !== undefined) return { B: Buffer.from(value.B).toString('base64') };
  if (value.L !== undefined) return { L: value.L.map(jsonOf) };
  if (value.M !== undefined) return { M: mapOf(value.M) };
  return { ...value };
}

function mapOf(item: Readonly<Record<string, AttributeValue>>): Json {
  return Object.fromEntries(Object.entries(item).map(([name, member]) => [name, jsonOf(member)]));
}

async function found<Answer>(table: string, sent: Promise<Answer>): Promise<Answer> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) throw new Failure('not-found', { detail: `There is no table ${table} in this region and account.`, cause: error });
    throw error;
  }
}
