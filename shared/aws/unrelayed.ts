import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient, QueryCommandOutput } from '@aws-sdk/client-dynamodb';

import type { StreamId } from '#ports/event-store';

import { HOUR_PARTS, hourPart } from './event-item.ts';

/** An event's place, as the index by time gives it. */
export type EventPlaceByTime = StreamId & { readonly version: number; readonly at: string };

const HOUR_MILLISECONDS = 3_600_000;

/** Names the events of all tenants that were appended between two instants (milliseconds since 1970), oldest first within each part of an hour; may lag some seconds. */
export async function* eventsBetween(client: DynamoDBClient, table: { readonly name: string; readonly index: string }, from: number, to: number): AsyncGenerator<EventPlaceByTime> {
  if (from > to) return;
  for (let hour = Math.floor(from / HOUR_MILLISECONDS) * HOUR_MILLISECONDS; hour < to; hour += HOUR_MILLISECONDS) {
    for (let part = 0; part < HOUR_PARTS; part += 1) yield* partOfHour(client, table, { hour: hourPart(new Date(hour).toISOString(), part), from, to });
  }
}

async function* partOfHour(client: DynamoDBClient, table: { readonly name: string; readonly index: string }, range: { readonly hour: string; readonly from: number; readonly to: number }): AsyncGenerator<EventPlaceByTime> {
  let start: Record<string, AttributeValue> | undefined;
  do {
    const answer: QueryCommandOutput = await client.send(new QueryCommand({
      TableName: table.name, IndexName: table.index, KeyConditionExpression: '#hour = :hour AND place BETWEEN :from AND :to', ExpressionAttributeNames: { '#hour': 'hour' },
      ExpressionAttributeValues: { ':hour': { S: range.hour }, ':from': { S: new Date(range.from).toISOString() }, ':to': { S: new Date(range.to).toISOString() } },
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    }));
    for (const item of answer.Items ?? []) {
      const [at = '', tenant = '', stream = '', version = ''] = (item['place']?.S ?? '').split('#');
      yield { at, tenant, stream, version: Number(version) };
    }
    start = answer.LastEvaluatedKey;
  } while (start !== undefined);
}
